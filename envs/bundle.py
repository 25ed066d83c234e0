"""Many arrays as one argument of a kernel.

Python takes 0.15 to 0.3 us to hand an array to a kernel: 24 us for those of a world and its
picture.  A `Bundle` notes once where its arrays lie; handing it over costs 0.4 us, however many
they are.  Inside, `opened` gives them back:

    work = Bundle((records, cells, geometry))    # whenever one of the arrays is another

    @kernel
    def advance(bundle, w):
        records, cells, geometry = opened(bundle)
"""

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

import numba
import numpy as np
from numba.core import types
from numba.extending import NativeValue, intrinsic, models, register_model, unbox

Content = TypeVar("Content", bound=tuple[Any, ...])


class BundleType(types.Type):  # type: ignore[misc]
    """What numba knows of a bundle: the type of the tuple in it."""

    def __init__(self, content: types.Type) -> None:
        self.content = content
        super().__init__(name=f"Bundle({content})")


register_model(BundleType)(models.OpaqueModel)  # a pointer to the words


class Bundle(Generic[Content]):
    """A tuple, which may hold tuples, of arrays and numbers.

    The arrays stay the same as long as the bundle lives, what is in them may change.  Numbers are
    copied, truth values as 0 and 1.

    Args:
        content: The tuple.

    Raises:
        TypeError: If something in it is neither an array nor a number nor a tuple.
    """

    def __init__(self, content: Content) -> None:
        self.content: Content = _plain(content)
        self._words = np.array([*_words(self.content)], np.int64)
        self.address = int(self._words.ctypes.data)
        if not numba.config.DISABLE_JIT:
            self._numba_type_ = BundleType(numba.typeof(self.content))


def _plain(value: Any) -> Any:
    """The same with int and float for all numbers, so that everything fills whole words."""
    if isinstance(value, tuple):
        parts = [_plain(part) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, (bool, int, np.bool_, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value)
    raise TypeError(f"a bundle holds arrays, numbers and tuples of them, got {value!r}")


def _words(value: Any) -> Iterator[int]:
    """How numba lays a value out in memory, in 64-bit words (`numba.core.datamodel.models`)."""
    if isinstance(value, tuple):
        for part in value:
            yield from _words(part)
    elif isinstance(value, np.ndarray):
        owner = object_kept = 0  # the bundle keeps the array alive
        yield from (owner, object_kept, value.size, value.itemsize, value.ctypes.data)
        yield from (*value.shape, *value.strides)
    else:
        yield int(np.array(value).view(np.int64))


@unbox(BundleType)  # type: ignore[untyped-decorator]
def _address_of(kind: BundleType, bundle: Any, context: Any) -> NativeValue:
    number = context.pyapi.object_getattr_string(bundle, "address")
    address = context.pyapi.long_as_voidptr(number)
    context.pyapi.decref(number)
    return NativeValue(address)


@intrinsic  # type: ignore[untyped-decorator]
def _load(typing_context: Any, bundle: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        kind = signature.return_type
        words = builder.bitcast(arguments[0], context.get_data_type(kind).as_pointer())
        return context.unpack_value(builder, kind, words)

    return bundle.content(bundle), generate


def _content(bundle: Bundle[Content]) -> Content:
    return bundle.content


opened = _content if numba.config.DISABLE_JIT else _load
"""`opened(bundle)`, in a kernel: the tuple in it."""
