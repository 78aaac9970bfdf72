"""Has an MMU that is not ours walk the tables of `pagebench image`: Unicorn, which is QEMU's.

Usage: check_with_unicorn.py FORMAT DIR...

For every line of translations.tsv it asks for a read, a write and a fetch with kernel privilege and compares the physical
address or the fault. Then it breaks one entry and demands that the comparison notices. Exits 1 if anything differs, 2 if it
does not know the format.
"""

import ctypes
import os
import sys

import unicorn
from unicorn import x86_const
from unicorn.unicorn_py3 import unicorn as binding

READ, WRITE, FETCH = unicorn.UC_PROT_READ, unicorn.UC_PROT_WRITE, unicorn.UC_PROT_EXEC
RIGHTS = ((READ, "r"), (WRITE, "w"), (FETCH, "x"))

# The Python binding has no wrapper for it.
_translate = binding.uclib.uc_vmem_translate
_translate.restype = ctypes.c_int
_translate.argtypes = (ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint32, ctypes.POINTER(ctypes.c_uint64))


def x86_64(registers):
    """Long mode, privilege level 0."""
    machine = unicorn.Uc(unicorn.UC_ARCH_X86, unicorn.UC_MODE_64)
    machine.reg_write(x86_const.UC_X86_REG_CR3, registers["CR3"])
    machine.reg_write(x86_const.UC_X86_REG_CR4, registers["CR4"])
    machine.reg_write(x86_const.UC_X86_REG_MSR, (0xC0000080, registers["EFER"]))
    machine.reg_write(x86_const.UC_X86_REG_CR0, registers["CR0"])
    return machine


MACHINES = {"x86-64": x86_64}


def translate(machine, address, access):
    """The physical address, or None for a fault."""
    physical = ctypes.c_uint64()
    error = _translate(machine._uch, address, access, ctypes.byref(physical))
    return None if error else physical.value


def read(directory, name):
    with open(os.path.join(directory, name), "rb") as file:
        return file.read()


def rows(directory, name):
    return [line.split("\t") for line in read(directory, name).decode().splitlines()[1:]]


def differences(make, memory, registers, expectations):
    """Yields a sentence for every access that comes out differently."""
    machine = make(registers)
    machine.ctl_set_tlb_mode(unicorn.UC_TLB_CPU)
    machine.mem_map(0, len(memory))
    machine.mem_write(0, memory)
    for virtual, physical, rights in expectations:
        for access, letter in RIGHTS:
            expected = int(physical, 16) if physical != "fault" and letter in rights else None
            found = translate(machine, int(virtual, 16), access)
            if found != expected:
                yield f"{letter} of {virtual}: expected {show(expected)}, the MMU says {show(found)}"


def show(address):
    return "a fault" if address is None else hex(address)


def main():
    make = MACHINES.get(sys.argv[1])
    if make is None:
        print(f"no machine for {sys.argv[1]}; there are {', '.join(MACHINES)}")
        return 2
    failed = False
    for directory in sys.argv[2:]:
        memory = read(directory, "memory.bin")
        registers = {name: int(value, 16) for name, value in rows(directory, "registers.tsv")}
        expectations = rows(directory, "translations.tsv")
        wrong = list(differences(make, memory, registers, expectations))
        print(f"{directory}: {len(expectations)} addresses, {3 * len(expectations)} accesses, {len(wrong)} wrong")
        for sentence in wrong[:10]:
            print(f"  {sentence}")
        # A check that cannot fail is none: without its root the table translates nothing.
        broken = bytearray(memory)
        root = registers.get("CR3", 0) & ~0xFFF
        broken[root : root + 4096] = bytes(4096)
        if not any(True for _ in differences(make, bytes(broken), registers, expectations)):
            print(f"{directory}: an emptied root goes unnoticed")
            failed = True
        failed = failed or bool(wrong)
    return 1 if failed else 0


sys.exit(main())
