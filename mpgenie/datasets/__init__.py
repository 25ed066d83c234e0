"""Episodes on disk: recording them, keeping them safe, reading them, checking them.

`open_dataset` reads; `Recorder` and `Store` write.  Knows worlds and pictures, but no player: who
chooses the actions is none of its business.  Needs the extra `data`.
"""
