"""Pages of HTML that stand alone: one file each, pictures and videos inside, without links.

`page` puts sections together and writes them, `pieces` and `charts` are what sections are made of,
`figures` draws with matplotlib, `style` says how it all looks.
"""
