"""Reads what callgrind dumps."""

import re
import sys

# Where memory comes from: the product's allocator, and the C library's for what is written in C.
ALLOCATIONS = re.compile(r"^(mi_(malloc|zalloc|realloc)(_aligned)?|malloc|calloc|realloc|aligned_alloc|posix_memalign)$")


def read(file):
    """The instructions of one dump, and how often it went into an allocator from outside of it. Names must not be compressed."""
    instructions, allocations, inside, called = None, 0, False, None
    for line in file.open(errors="replace"):
        if line.startswith("fn="):
            inside = bool(ALLOCATIONS.match(line[3:].strip()))
        elif line.startswith("cfn="):
            called = line[4:].strip()
        elif line.startswith("calls="):
            if not inside and ALLOCATIONS.match(called):
                allocations += int(line[6:].split()[0])
        elif line.startswith(("totals:", "summary:")):
            instructions = int(line.split()[1])
    if instructions is None:
        sys.exit(f"{file.name} has no sum")
    return instructions, allocations


def functions(file):
    """The functions in one dump, each once, by the names that the linker knows. Names must be neither compressed nor demangled."""
    names = (re.sub(r"'\d+$", "", line[3:].strip()) for line in file.open(errors="replace") if line.startswith("fn="))
    return dict.fromkeys(name for name in names if not name.startswith(("0x", "(")))
