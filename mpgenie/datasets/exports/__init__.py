"""Datasets in the formats that other people's tools read: one small file for each format.

`export.export` is the way in; `docs/exports.md` shows how each is read back.  Every exporter takes
one episode at a time, so memory is bounded by the largest episode, and says in its own metadata
which action belongs to which frame.
"""
