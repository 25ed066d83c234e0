"""How kernels are compiled that only kernels call: as parts, which numba links into their callers.

Numba would optimise each of them and turn it, with all that it calls, into machine code that nobody
ever runs; its callers do both again with what is linked into them.  Left out, all compilation takes
three quarters of the time, and what comes of it is faster (a tenth, of the renderer), since what is
inlined is optimised only once, where it is used.

This leans on the inside of numba (`numba.core.codegen.CPUCodeLibrary`), alike from 0.61 to 0.68;
later releases compile parts like everything else until somebody has looked at them.
"""

import weakref
from typing import Any

import numba
from llvmlite import binding, ir
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler

_LIBRARY = "_CPUCodeLibrary__library"
"""Where numba notes the library of a module, to hand it the module's machine code for the cache."""


class PartLibrary(JITCodeLibrary):  # type: ignore[misc]
    """The code of one part, ready to be linked."""

    def _optimize_final_module(self) -> None:
        """Leave that to the callers."""

    def _finalize_final_module(self) -> None:
        """Load the environments alone, global variables that numba looks for and fills."""
        self._finalize_dynamic_globals()
        module = ir.Module(self.name)
        module.triple, module.data_layout = self._final_module.triple, self._codegen._data_layout
        for variable in self._final_module.global_variables:
            if variable.linkage == binding.Linkage.common:
                slot = ir.GlobalVariable(module, ir.IntType(8).as_pointer(), variable.name)
                slot.linkage, slot.initializer = "common", ir.Constant(slot.value_type, None)
        loaded = binding.parse_assembly(str(module))
        setattr(loaded, _LIBRARY, weakref.proxy(self))
        self._loaded = loaded
        self._codegen._add_module(loaded)
        self._finalize_specific()
        self._finalized = True


class PartCompiler(Compiler):  # type: ignore[misc]
    """Numba's compiler, for parts."""

    def _compile_bytecode(self) -> Any:
        codegen = self.state.targetctx.codegen()
        self.state.library = PartLibrary(codegen, self.state.func_id.func_qualname)
        self.state.library.enable_object_caching()
        return super()._compile_bytecode()


def part_compiler() -> type[Compiler]:
    """The compiler for parts, or numba's own where its inside is not known."""
    return PartCompiler if numba.version_info.short <= (0, 68) else Compiler
