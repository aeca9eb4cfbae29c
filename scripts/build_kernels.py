"""Write the machine code of kernels that comes with the package (`graph/shipped.py`); this takes a linker, ``ld``.

    python scripts/build_kernels.py [--check]

Every kernel that makes no arrays is met in a few questions about bundled facts, which tells the types of its arguments, and
is compiled for any processor of its kind. ``--check`` writes nothing: exit code 1 where code is not of the source as it is.
Where only the files around the source have changed, code is not made again: what is told of it is.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kanmon as kn
import llvmlite.binding as llvm
import numpy as np
from kanmon.graph import kernel, shipped
from kanmon.graph.compiling import numba

PROCESSOR = "x86-64"
LINKED = ("-shared", "--strip-all", "--build-id=none", "--hash-style=gnu", "-z", "noexecstack", "-z", "now", "-z", "relro")
"""Nothing of the code can be written to once it is in memory."""
OUTSIDE = {"pow"}
"""What code may call for beside what every process has: what Python itself has in its process."""
_WORDS = {"i1": "trunc i64 {} to i1", "i8": "trunc i64 {} to i8", "double": "bitcast i64 {} to double"}


def met() -> dict[kernel.Kernel, tuple[Any, ...]]:
    """Return the kernels that questions go through, each with the arguments of one call."""
    found: dict[kernel.Kernel, tuple[Any, ...]] = {}
    call = kernel.Kernel.__call__

    def seen(self: kernel.Kernel, *arguments: Any, size: int | None = None) -> Any:
        if not isinstance(self, kernel.ArrayKernel):
            found.setdefault(self, arguments)
        return call(self, *arguments, size=0)

    kernel.Kernel.__call__, kernel.Kernel.came, kernel.SMALL = seen, False, 10**15
    graph, stop = kn.load("mlcc"), kn.risk.Scenario("stop", kn.risk.halt("CHN"))
    half = kn.risk.Scenario("half", kn.risk.reduce("CHN", 0.5))
    kn.risk.chokepoints(graph, "mlcc")
    kn.risk.timeline(graph, stop, product="mlcc", horizon=30)
    kn.risk.sweep(graph, [stop, half], product="mlcc")
    kn.risk.uncertainty(graph, [stop], product="mlcc")
    kn.risk.import_concentration(kn.datasets.bundled_trade().head(10))
    kernel.Kernel.__call__ = call
    return found


def kind_of(argument: Any) -> Any:
    """Return the type that a kernel is compiled for: arrays may be written, whether or not those of one call are."""
    if isinstance(argument, tuple):
        return numba.types.BaseTuple.from_types([kind_of(one) for one in argument], type(argument))
    if isinstance(argument, np.ndarray):
        return numba.types.Array(numba.typeof(argument).dtype, 1, "C")
    return numba.typeof(argument)


def names(kind: Any) -> Iterator[str]:
    """Name the numbers and arrays that an argument is made of."""
    if isinstance(kind, numba.types.BaseTuple):
        for one in kind:
            yield from names(one)
    elif isinstance(kind, numba.types.Array):
        yield f"{kind.dtype}[]"
    else:
        yield str(kind)


def entry(name: str, types: list[str], takes: list[str]) -> str:
    """Return a function, in LLVM's words, that takes the table of arguments and calls the kernel with them."""
    lines, values, at = [], [], 0

    def word(to: str) -> str:
        nonlocal at
        at += 1
        made = _WORDS.get(to, "inttoptr i64 {} to ptr" if to == "ptr" else "add i64 {}, 0").format(f"%w{at}")
        lines.extend(
            (f"%p{at} = getelementptr i64, ptr %table, i64 {at}", f"%w{at} = load i64, ptr %p{at}", f"%a{at} = {made}")
        )
        return f"%a{at}"

    for one in takes:
        if one.endswith(
            "[]"
        ):  # the owner, its memory, how many, of which size, where; how many along the axis, how far apart
            size = np.dtype(one[:-2]).itemsize
            kept, count, begins = word("ptr"), word("i64"), f"%b{at}"
            lines.append(f"{begins} = load ptr, ptr {kept}")
            values += ["null", "null", count, str(size), begins, count, str(size)]
        else:
            values.append(word(types[2 + len(values)]))
    given = ", ".join(f"{kind} {value}" for kind, value in zip(types[2:], values, strict=True))
    body = "\n  ".join(lines)
    return f"""
declare i32 @"{name}"({", ".join(types)})
define i32 @{shipped.ENTRY}(ptr %table) {{
  store i64 0, ptr %table
  %error = alloca ptr
  {body}
  %done = call i32 @"{name}"(ptr %table, ptr %error, {given})
  ret i32 %done
}}"""


def made(one: kernel.Kernel, arguments: tuple[Any, ...]) -> tuple[dict[str, Any], bytes]:
    """Compile a kernel; return what is told of its code, and the code before it is linked."""
    kinds = tuple(kind_of(argument) for argument in arguments)
    compiled: Any = kernel.compiled(one.function, {**one.options, "cache": False})
    compiled.compile(kinds)
    result = compiled.overloads[kinds]
    name = result.fndesc.llvm_func_name
    module = llvm.parse_assembly(result.library.get_llvm_str())
    takes = [name for kind in kinds for name in names(kind)]
    types = [str(argument.type) for argument in module.get_function(name).arguments]
    module.link_in(llvm.parse_assembly(entry(name, types, takes)))
    # What Python would call it by goes, and all that only this needs.
    for thing in (*module.functions, *module.global_variables):
        if not thing.is_declaration and thing.name != shipped.ENTRY:
            thing.linkage = "internal"
    passes = llvm.create_new_module_pass_manager()
    passes.add_global_dead_code_eliminate_pass()
    target = llvm.Target.from_default_triple()
    passes.run(
        module, llvm.create_pass_builder(target.create_target_machine(), llvm.create_pipeline_tuning_options(speed_level=0))
    )
    outside = {one.name for one in module.functions if one.is_declaration and not one.name.startswith("llvm.")} - OUTSIDE
    if outside:
        raise SystemExit(f"{one.__name__}: needs {', '.join(outside)}")
    machine = target.create_target_machine(PROCESSOR, "", opt=3, reloc="pic", codemodel="default")
    module.triple, module.data_layout = machine.triple, str(machine.target_data)
    gives = str(numba.types.unliteral(result.signature.return_type))
    about = {"digest": kernel.digest(one.function), "stamp": kernel.stamp(one.function), "takes": takes, "gives": gives}
    shipped.Shipped(about, bool)  # refuses what a table cannot hold
    return about, machine.emit_object(module)


def write(one: kernel.Kernel, arguments: tuple[Any, ...], file: Path) -> None:
    """Compile and link a kernel into a file, and say beside it what it is."""
    linker = shutil.which("ld")
    if linker is None:
        raise SystemExit("a linker is needed: ld, of binutils")
    about, code = made(one, arguments)
    file.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        loose = Path(folder, "code.o")
        loose.write_bytes(code)
        subprocess.run([linker, *LINKED, "-o", str(file), str(loose)], check=True)
    file.chmod(0o644)
    tell(about, file)


def tell(about: dict[str, Any], file: Path) -> None:
    """Write what is told of the code in a file."""
    text = json.dumps(about, indent=1) + "\n"
    file.with_suffix(".json").write_text(text, encoding="utf-8", newline="\n")


def is_made(one: kernel.Kernel, file: Path) -> bool:
    """Whether the code in a file is of the source as it stands."""
    return file.is_file() and shipped.told(file)["digest"] == kernel.digest(one.function)


def main() -> None:
    """Write the files, or check that they are those of the source."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    numba.config.CPU_NAME, numba.config.CPU_FEATURES = "generic", ""
    stale = []
    for one, arguments in met().items():
        file = shipped.file_of(one.function)
        if is_made(one, file) and shipped.told(file)["stamp"] == kernel.stamp(one.function):
            continue
        if check:
            stale.append(file.name)
        elif is_made(one, file):
            tell(shipped.told(file) | {"stamp": kernel.stamp(one.function)}, file)
        else:
            write(one, arguments, file)
            print(f"{file.name:12} {file.stat().st_size:9,} bytes", flush=True)
    if stale:
        sys.exit(f"not of the source as it stands: {', '.join(stale)}. Write them with `make kernels`.")


if __name__ == "__main__":
    main()
