"""Which formats there are; a leaf that costs nothing to import."""

FORMATS = {
    "hdf5": ("hdf5_file", "Hdf5File"),
    "minari": ("minari_set", "MinariSet"),
    "lerobot": ("lerobot_set", "LerobotSet"),
    "vpt": ("vpt", "Vpt"),
    "solaris": ("solaris", "Solaris"),
    "webdataset": ("webdataset_tar", "WebdatasetTar"),
}
"""The module and the class behind each format."""
SPLITS = ("train", "eval", "all")
