"""Reads the machine code of the probe functions; called by check-specialization, which see.

Usage: check_specialization.py BINARY ALLOWED SOURCES
BINARY is the built SpecializationProbe, ALLOWED the file of slow paths, SOURCES the folder whose probes must be in it.
Exit code: 0 all probes clean, 1 a probe calls what it must not, 2 nothing could be checked.
"""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

MODULE = "SpecializationProbe"
PROBE = re.compile(r"\bprobe[A-Z0-9_]\w*")

# Mnemonics that leave the function for good or for a call, on x86-64 and arm64. Conditional branches count too when
# their target lies in another function.
CALLS = {"call", "callq", "bl", "blr", "blraa", "blrab"}
JUMP = re.compile(r"^(?:jmpq?|j[a-z]{1,3}|b|br|b\.[a-z]{2}|bc\.[a-z]{2}|cbn?z|tbn?z)$")
INDIRECT_JUMPS = {"br"}
PREFIXES = {"bnd", "notrack", "lock", "rep", "repz", "repnz"}


class Unusable(Exception):
    """There is nothing to check, or no tool to check it with."""


def run(command, text=None):
    try:
        return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        detail = getattr(error, "stderr", "") or str(error)
        problem = f"`{' '.join(command)}` failed: {detail.strip()}; scripts/setup installs what it needs"
        raise Unusable(problem) from error


def demangler(symbols):
    """A function from symbol to the demangled name that people read."""
    ordered = sorted(symbols)
    lines = run(["swift", "demangle", "-simplified"], "\n".join(ordered) + "\n").splitlines()
    names = dict(zip(ordered, lines))
    return lambda symbol: names.get(symbol, symbol)


class Instruction:
    """One line of objdump: mnemonic, operands, and where a branch goes if the target is written there."""

    def __init__(self, address, text):
        self.address = address
        words = text.split(None, 1)
        while len(words) == 2 and words[0] in PREFIXES:
            words = words[1].split(None, 1)
        self.mnemonic = words[0]
        self.operands = words[1] if len(words) == 2 else ""
        target = re.search(r"([0-9a-f]+) <([^>]+)>$", self.operands)
        # `sym+0x10` is a place inside sym, `sym@plt` its stub.
        self.symbol = re.sub(r"(\+0x[0-9a-f]+)?$", "", target.group(2)) if target else None
        self.target = int(target.group(1), 16) if target else None
        self.indirect = self.operands.startswith("*") or self.mnemonic in INDIRECT_JUMPS | {"blr", "blraa", "blrab"}


class Function:
    def __init__(self, symbol, start):
        self.symbol, self.start, self.body = symbol, start, []

    def end_at(self, end):
        """Forgets what lies at or behind `end`."""
        self.body = [instruction for instruction in self.body if instruction.address < end]

    def contains(self, address):
        return self.start <= address <= self.body[-1].address

    def departures(self):
        """Every way out but a return: (kind, instruction)."""
        for index, instruction in enumerate(self.body):
            if instruction.mnemonic in CALLS:
                yield "call", instruction
            elif JUMP.match(instruction.mnemonic):
                if instruction.indirect:
                    if not self.is_jump_table(index):
                        yield "jump", instruction
                elif instruction.target is not None and not self.contains(instruction.target):
                    yield "jump", instruction

    def is_jump_table(self, index):
        """Whether the indirect jump at `index` is a `switch`: its target was just computed from a table of offsets."""
        before = [instruction.mnemonic for instruction in self.body[max(0, index - 6) : index]]
        return self.body[index].operands.startswith(("*%r", "x")) and "add" in before and (
            "movslq" in before or "ldrsw" in before or "ldrb" in before or "ldrh" in before or "ldrsh" in before
        )


def disassemble(binary):
    """All functions of the binary, by symbol."""
    functions, current = {}, None
    for line in run(["objdump", "-d", "--no-show-raw-insn", str(binary)]).splitlines():
        header = re.match(r"^([0-9a-f]+) <(.+)>:$", line)
        if header:
            current = functions[header.group(2)] = Function(header.group(2), int(header.group(1), 16))
            continue
        code = re.match(r"^\s+([0-9a-f]+):\t(.+)$", line)
        if code and current:
            current.body.append(Instruction(int(code.group(1), 16), code.group(2).strip()))
    return functions


def aliases(binary):
    """Every function symbol with its address and size: one body may have several names, of which the disassembly shows
    one."""
    found = []
    for line in run(["objdump", "-t", str(binary)]).splitlines():
        match = re.match(r"^([0-9a-f]+) .{6}F \.text\S*\s+([0-9a-f]+)\s+(?:\.\w+ )?(\S+)$", line)
        if match:
            found.append((int(match.group(1), 16), int(match.group(2), 16), match.group(3)))
    return found


def allow_list(path):
    patterns = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            try:
                patterns.append(re.compile(line.strip()))
            except re.error as error:
                raise Unusable(f"{path}:{number}: not a regular expression: {error}") from error
    return patterns


def expected_probes(sources):
    """Names of the probe functions that the sources declare."""
    names = set()
    for file in sources.rglob("*.swift"):
        names.update(re.findall(r"\bfunc\s+(probe\w+)", file.read_text()))
    return names


def check(binary, allowed, sources):
    patterns = allow_list(allowed)
    functions = disassemble(binary)
    by_start = {function.start: function for function in functions.values() if function.body}
    symbols = aliases(binary)
    for address, size, _ in symbols:
        # What follows without a symbol of its own (the linker keeps nameless copies of accessors) is not the function's.
        if size and address in by_start:
            by_start[address].end_at(address + size)
    own = [(address, symbol) for address, _, symbol in symbols if MODULE in symbol]
    targets = {
        instruction.symbol.removesuffix("@plt")
        for function in functions.values()
        for instruction in function.body
        if instruction.symbol
    }
    demangled = demangler({symbol for _, symbol in own} | targets)
    probes = [(address, demangled(symbol)) for address, symbol in own if PROBE.search(demangled(symbol))]
    probes = sorted((name, by_start[address]) for address, name in probes if address in by_start)
    if not probes:
        raise Unusable(f"{binary} holds no function named probe… of module {MODULE}; nothing was checked")
    examined = {function.start for _, function in probes}

    clean = True
    for name, function in probes:
        offences, slow_paths = [], Counter()
        for kind, instruction in function.departures():
            # A jump to another probe: the compiler merged equal bodies, and that body is examined itself.
            if kind == "jump" and instruction.target in examined:
                continue
            target = demangled(instruction.symbol.removesuffix("@plt")) if instruction.symbol else instruction.operands
            if instruction.symbol and not instruction.indirect and any(p.search(target) for p in patterns):
                slow_paths[target] += 1
            else:
                indirect = "indirect " if instruction.indirect else ""
                offences.append(f"{indirect}{kind} at {instruction.address:x} to {target}")
        clean = clean and not offences
        listed = ", ".join(f"{path} ×{count}" if count > 1 else path for path, count in sorted(slow_paths.items()))
        print(
            f"{'FAIL' if offences else 'ok  '}  {name}: {len(function.body)} instructions"
            f"{'; slow paths: ' + listed if listed else ''}"
        )
        for offence in offences:
            print(f"      {offence}")

    present = {match for name, _ in probes for match in PROBE.findall(name)}
    missing = sorted(expected_probes(sources) - present)
    for name in missing:
        print(f"FAIL  {name}: not in the binary; call it from main with inputs the compiler cannot see through")
    return clean and not missing


def main(arguments):
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        return 0 if check(*map(Path, arguments)) else 1
    except (Unusable, OSError) as error:
        print(f"check-specialization: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
