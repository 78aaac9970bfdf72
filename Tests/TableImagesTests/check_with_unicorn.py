"""Has an MMU that is not ours walk the tables of `pagebench image`: Unicorn, which is QEMU's.

Usage: check_with_unicorn.py FORMAT DIR...

For every line of translations.tsv it asks for a read, a write and a fetch, with the privilege the page is for, and compares
the physical address or the fault. Then it breaks one entry and demands that the comparison notices. Exits 1 if anything differs, 2 if it
does not know the format.
"""

import ctypes
import os
import sys

import unicorn
from unicorn import arm64_const, riscv_const, x86_const
from unicorn.unicorn_py3 import unicorn as binding

READ, WRITE, FETCH = unicorn.UC_PROT_READ, unicorn.UC_PROT_WRITE, unicorn.UC_PROT_EXEC
RIGHTS = ((READ, "r"), (WRITE, "w"), (FETCH, "x"))

# The Python binding has no wrapper for it.
_translate = binding.uclib.uc_vmem_translate
_translate.restype = ctypes.c_int
_translate.argtypes = (ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint32, ctypes.POINTER(ctypes.c_uint64))


class X86_64:
    """Long mode at privilege level 0, which may use user pages too."""

    def __init__(self, registers):
        self.uc = unicorn.Uc(unicorn.UC_ARCH_X86, unicorn.UC_MODE_64)
        self.uc.reg_write(x86_const.UC_X86_REG_CR3, registers["CR3"])
        self.uc.reg_write(x86_const.UC_X86_REG_CR4, registers["CR4"])
        self.uc.reg_write(x86_const.UC_X86_REG_MSR, (0xC0000080, registers["EFER"]))
        self.uc.reg_write(x86_const.UC_X86_REG_CR0, registers["CR0"])

    def root(self, registers):
        return registers["CR3"]

    def become(self, is_user):
        pass


class RISCV:
    """Supervisor mode for kernel pages, user mode for user pages, which the supervisor may not touch."""

    def __init__(self, registers):
        self.uc = unicorn.Uc(unicorn.UC_ARCH_RISCV, unicorn.UC_MODE_RISCV64)
        self.uc.reg_write(riscv_const.UC_RISCV_REG_SATP, registers["satp"])

    def root(self, registers):
        return (registers["satp"] & ((1 << 44) - 1)) << 12

    def become(self, is_user):
        self.uc.reg_write(riscv_const.UC_RISCV_REG_PRIV, 0 if is_user else 1)


class AArch64:
    """EL1 for kernel pages, EL0 for user pages, whose fetches EL1 refuses."""

    # CRn, CRm, op0, op1, op2.
    ENCODING = {
        "MAIR_EL1": (10, 2, 3, 0, 0),
        "TCR_EL1": (2, 0, 3, 0, 2),
        "TTBR0_EL1": (2, 0, 3, 0, 0),
        "SCTLR_EL1": (1, 0, 3, 0, 0),
    }

    def __init__(self, registers):
        self.uc = unicorn.Uc(unicorn.UC_ARCH_ARM64, unicorn.UC_MODE_ARM)
        # The levels above say that EL1 runs AArch64 (RW in SCR_EL3 and HCR_EL2) and is not secure.
        self.uc.reg_write(arm64_const.UC_ARM64_REG_CP_REG, (1, 1, 3, 6, 0, 0x401))
        self.uc.reg_write(arm64_const.UC_ARM64_REG_CP_REG, (1, 1, 3, 4, 0, 1 << 31))
        self.registers = registers
        for name in registers:
            self.write(name)

    def write(self, name):
        self.uc.reg_write(arm64_const.UC_ARM64_REG_CP_REG, (*self.ENCODING[name], self.registers[name]))

    def root(self, registers):
        return registers["TTBR0_EL1"]

    def become(self, is_user):
        self.uc.reg_write(arm64_const.UC_ARM64_REG_PSTATE, 0b0000 if is_user else 0b0100)
        # Unicorn looks at the exception level again only when a control register is written.
        self.write("SCTLR_EL1")


MACHINES = {
    "x86-64": X86_64,
    "x86-64-la57": X86_64,
    "sv39": RISCV,
    "sv48": RISCV,
    "sv57": RISCV,
    "aarch64": AArch64,
}


def translate(machine, address, access):
    """The physical address, or None for a fault."""
    physical = ctypes.c_uint64()
    error = _translate(machine.uc._uch, address, access, ctypes.byref(physical))
    return None if error else physical.value


def read(directory, name):
    with open(os.path.join(directory, name), "rb") as file:
        return file.read()


def rows(directory, name):
    return [line.split("\t") for line in read(directory, name).decode().splitlines()[1:]]


def differences(make, memory, registers, expectations):
    """Yields a sentence for every access that comes out differently."""
    machine = make(registers)
    machine.uc.ctl_set_tlb_mode(unicorn.UC_TLB_CPU)
    machine.uc.mem_map(0, len(memory))
    machine.uc.mem_write(0, memory)
    for virtual, physical, rights in expectations:
        machine.become("u" in rights)
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
        root = make(registers).root(registers)
        broken[root : root + 4096] = bytes(4096)
        if not any(True for _ in differences(make, bytes(broken), registers, expectations)):
            print(f"{directory}: an emptied root goes unnoticed")
            failed = True
        failed = failed or bool(wrong)
    return 1 if failed else 0


sys.exit(main())
