"""A file made to harm is refused with one clear error, before anything large is allocated.

Its manifest is consistent: whoever made the file made that, too.
"""

import json
import os
import resource

import h5py
import numpy as np
import pytest

import mpgenie
from mpgenie.datasets.hdf5 import ArrayFile, pack_arrays
from mpgenie.datasets.manifest import read_sealed_json, sealed_json, sha256
from mpgenie.datasets.verify import verify
from mpgenie.errors import DatasetError


@pytest.fixture
def shard(store, drawn_episode):
    store.commit(drawn_episode)
    return store.root / "shards" / "u00000000"


def sign(shard):
    """Make the manifest fit the files, as a forger would."""
    manifest = read_sealed_json(shard / "MANIFEST.json")
    for name in manifest["files"]:
        data = (shard / name).read_bytes()
        manifest["files"][name] = {"bytes": len(data), "sha256": sha256(data)}
    (shard / "MANIFEST.json").write_bytes(sealed_json(manifest))


def refuse(shard):
    """Reading and verifying must refuse, without more memory than a little."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    dataset = mpgenie.open_dataset(shard.parents[1])
    with pytest.raises(DatasetError):
        opened = dataset.load(dataset.episodes[0])
        for name in opened.names():
            opened[name]
        for stream in opened.streams.values():
            stream.read(0, 0, stream.frames)
    assert list(verify(shard.parents[1], deep=True).problems) == [shard.name]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KiB


def external_link(file, secret):
    del file["log"]
    file["log"] = h5py.ExternalLink(str(secret), "/log")


def soft_link(file, secret):
    del file["log"]
    file["log"] = h5py.SoftLink("/state/held")


def external_storage(file, secret):
    del file["log"]
    file.create_dataset("log", (100,), "u1", external=[(str(secret), 0, 100)])


def virtual_dataset(file, secret):
    layout = h5py.VirtualLayout((100,), "u1")
    layout[:] = h5py.VirtualSource(str(secret), "log", (100,))
    del file["log"]
    file.create_virtual_dataset("log", layout)


def absurd_shape(file, secret):
    del file["events"]
    kind = np.dtype([(n, "<i8") for n in ("tick", "kind", "actor", "target", "cell", "value")])
    file.create_dataset("events", (2**40,), kind, chunks=(1024,))


def absurd_chunk(file, secret):
    del file["log"]
    file.create_dataset("log", (2**29,), "u1", chunks=(2**29,), compression="gzip")


def other_length(file, secret):
    del file["state/health"]
    file["state/health"] = np.zeros((5, 2), np.int32)


def other_type(file, secret):
    del file["state/health"]
    file["state/health"] = np.zeros((21, 2), "S8")


def object_references(file, secret):
    del file["log"]
    file.create_dataset("log", (3,), h5py.ref_dtype)


def variable_strings(file, secret):
    del file["log"]
    file.create_dataset("log", data=["a"] * 5, dtype=h5py.string_dtype())


def a_loop_of_groups(file, secret):
    file["policy/loop"] = file["/"]


def a_stranger(file, secret):
    file["surprise"] = np.zeros(3)


def long_header(file, secret):
    header = json.loads(file["header"][()].tobytes())
    header["length"] = 2**40
    del file["header"]
    file["header"] = np.frombuffer(json.dumps(header).encode(), "u1")


def path_in_stream(file, secret):
    specs = json.loads(file["streams.json"][()].tobytes())
    specs["ego_64x64"]["camera"] = "../../../../etc/passwd"
    del file["streams.json"]
    file["streams.json"] = np.frombuffer(json.dumps(specs).encode(), "u1")


def giant_frames(file, secret):
    specs = json.loads(file["streams.json"][()].tobytes())
    specs["ego_64x64"]["height"] = 2**30
    del file["streams.json"]
    file["streams.json"] = np.frombuffer(json.dumps(specs).encode(), "u1")


def frames_beyond_the_file(file, secret):
    file["streams/ego_64x64"][...] = np.array((2**62, 2**31, 0), file["streams/ego_64x64"].dtype)


ATTACKS = [
    external_link, soft_link, external_storage, virtual_dataset, absurd_shape, absurd_chunk,
    other_length, other_type, object_references, variable_strings, a_loop_of_groups, a_stranger,
    long_header, path_in_stream, giant_frames, frames_beyond_the_file,
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_a_forged_episode_is_refused(shard, tmp_path, attack):
    with h5py.File(tmp_path / "secret", "w") as secret:
        secret["log"] = np.zeros(100, "u1")
    with h5py.File(shard / "episode.h5", "r+") as file:
        attack(file, tmp_path / "secret")
    sign(shard)
    refuse(shard)


def test_a_file_outside_the_shard_is_refused(shard):
    manifest = read_sealed_json(shard / "MANIFEST.json")
    manifest["files"]["../../dataset.json"] = {"bytes": 1, "sha256": ""}
    (shard / "MANIFEST.json").write_bytes(sealed_json(manifest))
    with pytest.raises(DatasetError, match="no file of a shard"):
        mpgenie.open_dataset(shard.parents[1])


def test_random_bytes_behind_a_true_signature_never_crash_the_reader(plain_episode):
    good = pack_arrays(plain_episode.arrays, {})
    rng = np.random.default_rng(8)
    refused = 0
    for _ in range(40):
        data = bytearray(good)
        for place in rng.integers(0, 4096, 3).tolist():
            data[place] ^= 1 << int(rng.integers(8))
        try:
            with ArrayFile(bytes(data), "forged") as file:
                for name in file.shapes():
                    file.read(name)
        except DatasetError:
            refused += 1
    assert refused > 10


def test_a_folder_that_may_not_be_written_is_said(tmp_path, plain_episode):
    from mpgenie.datasets.store import Store
    from mpgenie.errors import StorageError

    if os.geteuid() == 0:
        (tmp_path / "file").touch()
        with pytest.raises(DatasetError, match="is a file"):
            Store(tmp_path / "file")
        return
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="cannot make the folder"):
        Store(tmp_path / "data")
