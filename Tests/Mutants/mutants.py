"""Bugs that page-table code has had, planted again one at a time by scripts/check-mutants.

Each names the bug, the file, the text as it stands there, and what stands there with the bug. The text is an expression
unless it is a `Statement`. Where it is not unique in its file, `within` is a longer text that is, and holds it once. Two
bugs may have the same text.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    bug: str  # A: Asterinas' cursor, D: DragonOS' mapper, P: page_table_multiarch
    what: str
    file: str
    original: str
    mutated: str
    within: str = ""
    is_statement: bool = False


def Statement(bug, what, file, original, mutated, within=""):
    return Mutant(bug, what, file, original, mutated, within, is_statement=True)


TABLES = "Sources/PageTables/"
FORMATS = "Sources/Formats/"
CALLS = "Sources/AddressSpaces/"
ADDRESSES = "Sources/Addressing/"
MEMORY = "Sources/PhysicalMemory/"

MUTANTS = [
    Mutant(
        "A-1", "a page that is taken is reported at the address behind it", TABLES + "Cursor+NextLeaf.swift",
        "view.mapping(word, position.address, level)",
        "view.mapping(word, position.address &+ Level(level).slotBytes, level)",
        within="mutating func take(_ word: UInt64, level: Int) -> Mapping {\n"
        "    let old = view.mapping(word, position.address, level)",
    ),
    Statement(
        "A-2", "a check on the node left behind traps at its last slot", TABLES + "Cursor+NextLeaf.swift",
        "removedAny = true",
        "removedAny = true; precondition(old.virtual.rawValue &+ old.byteCount < position.limit, \"left the node\")",
    ),
    Mutant(
        "A-3", "an absent slot that the address is in the middle of ends the search", TABLES + "Cursor+NextLeaf.swift",
        "rest < bound &- position.address ? position.address &+ rest : bound",
        "level.slotBytes <= bound &- position.address ? position.address &+ rest : bound",
    ),
    Mutant(
        "A-4", "a jump takes the parent's other nodes for the node that the cursor is in", TABLES + "Cursor+Jump.swift",
        "Level(position.level).sameNode(target, position.limit &- 1)",
        "Level(position.level).above.sameNode(target, position.limit &- 1)",
    ),
    Mutant(
        "A-5", "the cursor moves beyond its range, to the end of the slot", TABLES + "Cursor+Items.swift",
        "Level(level).slotEnd(of: start, notBeyond: end)",
        "Level(level).slotStart(of: start) &+ Level(level).slotBytes",
    ),
    Mutant(
        "A-6", "a table that is only partly in the range is split as if it were a leaf",
        TABLES + "Cursor+NextLeaf.swift", "C.Format.child(word, at: level)",
        "(position.address & (level.slotBytes &- 1) != 0 ? nil : C.Format.child(word, at: level))",
        within="if let child = C.Format.child(word, at: level) {\n          position = descend",
    ),
    Mutant(
        "A-7", "leaves that own nothing are released with the table they are in", TABLES + "DetachedTable.swift",
        "leaf.properties.contains(.tracked)", "true",
        within="if leaf.properties.contains(.tracked) { release(leaf, by: thread) }",
    ),
    Mutant(
        "A-8", "a map replaces what is there and says nothing", TABLES + "Cursor+Map.swift",
        "slot.loadRelaxed() != 0", "false", within="if _slowPath(slot.loadRelaxed() != 0) { return .alreadyMapped }",
    ),
    Mutant(
        "A-9", "an empty table is in the way of a huge page", TABLES + "Cursor+Map.swift",
        "enterIfEmpty(view, thread, child, level.below)", "false",
    ),
    Mutant(
        "A-10", "empty tables stay, whatever the policy", TABLES + "CursorPruning.swift",
        "view.isPrunable(node)", "false",
    ),
    Mutant(
        "A-11", "a cursor in a leaf table does not climb to map a huge page", TABLES + "Cursor+Map.swift",
        "climb(view, thread, to: address, atLeast: level.rawValue, position, cover, coverLevel, end)",
        "climb(view, thread, to: address, atLeast: 1, position, cover, coverLevel, end)",
    ),
    Statement(
        "A-12", "nobody checks that the address is aligned to the page size", TABLES + "Cursor+Map.swift",
        'precondition(address & (level.slotBytes &- 1) == 0, "the address must be aligned to the page size")', "",
    ),
    Mutant(
        "A-13", "a region's frame need not be aligned", CALLS + "PageTable.swift",
        "frame.isAligned(to: frameBytes)", "true", within="guard frame.isAligned(to: frameBytes) else { throw .notAligned }",
    ),
    Mutant(
        "A-14", "the end of the last node of the address space overflows", TABLES + "Cursor.swift",
        "end &- 1 <= nodeLast ? end : nodeLast &+ 1", "min(end, nodeLast &+ 1)",
        within="let nodeLast = last | (Level(level).nodeBytes &- 1)\n      limit = end &- 1 <= nodeLast ? end : nodeLast &+ 1",
    ),
    Mutant(
        "A-15", "a query does not notice that the cursor is depleted", TABLES + "Cursor+Query.swift",
        "position.address == end", "false",
    ),
    Mutant(
        "A-16", "an empty range is accepted", TABLES + "Cursor.swift",
        "start < end && (isUser || isKernel)", "start <= end && (isUser || isKernel)",
    ),
    Mutant(
        "A-17", "inside a huge leaf the leaf is reported to begin at the address", TABLES + "Walk.swift",
        "VirtualAddress(level.slotStart(of: address))", "VirtualAddress(address)",
    ),
    Mutant(
        "A-18", "a table in which nothing is mapped is reported", TABLES + "Cursor+Fragments.swift", "pages > 0", "true",
    ),
    Statement(
        "A-20", "the change is asked for twice", TABLES + "Cursor+NextLeaf.swift", "change(&properties)",
        "change(&properties); change(&properties)",
    ),
    Statement(
        "A-20", "a copy asks for the change twice", TABLES + "Cursor+Copy.swift", "change(&properties)",
        "change(&properties); change(&properties)",
        within="var properties = old.properties\n        change(&properties)",
    ),
    Mutant(
        "A-21", "a copy finds out that the destination is occupied when it gets there", TABLES + "Cursor+Copy.swift",
        "findNext(byteCount) != nil", "false",
    ),
    Statement(
        "A-21", "a copy leaves the destination's cursor behind its last leaf", TABLES + "Cursor+Copy.swift",
        "move(to: origin &+ byteCount)", "", within="source.move(to: sourceOrigin &+ byteCount)\n      move(to: origin &+ byteCount)",
    ),
    Mutant(
        "A-22", "two tables are claimed in the caller's order", TABLES + "Cursor+Pair.swift",
        "sourceRoot < destinationRoot", "true",
    ),
    Mutant(
        "A-28", "without the right to read a page is readable", FORMATS + "X86_64/X86_64Format.swift",
        "properties.rawValue ^ X86_64Layout.noExecute", "(properties.rawValue ^ X86_64Layout.noExecute) | X86_64Layout.present",
    ),
    Mutant(
        "A-28", "bit 12 of a huge leaf counts as address", FORMATS + "X86_64/X86_64Format.swift",
        "PhysicalAddress(word & X86_64Layout.address & ~(level.slotBytes &- 1))",
        "PhysicalAddress(word & X86_64Layout.address)",
    ),
    Mutant(
        "A-29", "upper bits of an address are not looked at", TABLES + "Cursor.swift",
        "start >= kernel.start.rawValue && end <= kernel.end.rawValue", "start >= user.end.rawValue",
    ),
    Mutant(
        "A-30", "huge leaves count as one page", TABLES + "CursorPruning.swift",
        "level.slotBytes &>> Level.one.shift", "1",
    ),
    Mutant(
        "A-30", "a split steps by 4 KiB at every level", TABLES + "CursorMotion.swift",
        "base &+ UInt64(index) &* level.below.slotBytes", "base &+ UInt64(index) &* frameBytes",
    ),
    Mutant(
        "A-30", "the end of the last slot below 2^64 overflows", ADDRESSES + "VirtualRange.swift",
        "end == 0 ? end &- frameBytes : end", "end",
    ),
    Mutant(
        "D-1", "two addresses a node's length less one apart are in different nodes", ADDRESSES + "Level.swift",
        "(a ^ b) < nodeBytes", "(a ^ b) < nodeBytes &- 1",
    ),
    Mutant(
        "D-3", "what is to be flushed has lost the upper bits of its address", CALLS + "PageTable.swift",
        "FlushDuty(changed: range)",
        "FlushDuty(changed: VirtualRange("
        "start: VirtualAddress(range.start.rawValue & 0x0000_FFFF_FFFF_FFFF), byteCount: range.byteCount))",
    ),
    Mutant(
        "D-6", "one call replaces what is there and says nothing", CALLS + "PageTable.swift",
        "slot.loadRelaxed() == 0", "true",
    ),
    Mutant(
        "D-7", "a huge page is read as a table", FORMATS + "X86_64/X86_64Format.swift",
        "word & mask == X86_64Layout.present", "word & X86_64Layout.present != 0",
    ),
    Mutant(
        "D-8", "a huge page need only be aligned to 4 KiB", CALLS + "PageTable.swift",
        "((address.rawValue | frame.rawValue) & (size.bytes &- 1)) == 0",
        "((address.rawValue | frame.rawValue) & (frameBytes &- 1)) == 0",
    ),
    Mutant(
        "D-9", "remapping a hole makes a mapping", CALLS + "PageTable.swift", "word == 0", "false",
        within="if _slowPath(word == 0) {\n      C.Strategy.release(view, node, thread)",
    ),
    Mutant(
        "D-10", "what hardware ignores counts as absent", TABLES + "Walk.swift", "word == 0", "word & 1 == 0",
        within="word == 0 ? nil : mapping(word, address, level)",
    ),
    Mutant(
        "D-11", "leaves that grant nothing are not counted, and their table goes with them", TABLES + "Cursor+Map.swift",
        "1", "(properties.grantsAccess ? 1 : 0)", within="position.childDelta &+= 1\n    position.address &+= level.slotBytes",
    ),
    Mutant(
        "D-11", "an unlinked table is used again while a walk may be in it", MEMORY + "FrameAllocator+Grace.swift",
        "announced != 0 && announced != now &<< 1 | 1", "false",
    ),
    Mutant(
        "D-12", "a frame is freed although others own it", TABLES + "DetachedTable.swift",
        "memory.record(frame).references.release()", "{ _ = memory.record(frame).references.release(); return true }()",
    ),
    Mutant(
        "D-14", "the source of a copy is not flushed", TABLES + "Cursor+Copy.swift",
        "properties.grantsLess(than: old.properties)", "false",
    ),
    Statement(
        "D-14", "a copy does not count the owners of frames", TABLES + "Cursor+Copy.swift",
        "source.share(old.physical, frameBytes, isSameArena)", "",
    ),
    Statement(
        "D-14", "a copy that fails leaves half of itself behind", TABLES + "Cursor+Copy.swift", "withdraw(to: origin)",
        "move(to: origin)", within="} else {\n      withdraw(to: origin)",
    ),
    Mutant(
        "D-15", "a table is put into a slot that holds a leaf", TABLES + "Cursor+Map.swift", "word != 0", "false",
        within="} else if word != 0 {\n        return Placed(position, .mappedToHugePage)",
    ),
    Mutant(
        "D-22", "physical addresses lose bits 48 to 51", FORMATS + "X86_64/X86_64Layout.swift",
        "0x000F_FFFF_FFFF_F000", "0x0000_FFFF_FFFF_F000",
    ),
    Mutant(
        "D-23", "a page that grants nothing is present", FORMATS + "AArch64/AArch64Format.swift",
        "level == .one ? read | AArch64Layout.tableOrPage : 2 &- read",
        "level == .one ? 1 | AArch64Layout.tableOrPage : 2 &- read",
    ),
    Mutant(
        "D-24", "a leaf without rights looks like a table", FORMATS + "RISCV/RISCVFormat.swift",
        "rights == 0 ? RISCVLayout.read : RISCVLayout.valid", "RISCVLayout.valid",
    ),
    Mutant(
        "D-27", "a length whose end overflows passes for one inside the range", TABLES + "Cursor+NextLeaf.swift",
        "byteCount <= end &- position.address", "position.address &+ byteCount <= end",
    ),
    Mutant(
        "P-1", "a page at physical address 0 counts as absent", TABLES + "Walk.swift", "word == 0",
        "C.Format.leafAddress(word, at: Level(level)).rawValue == 0",
        within="word == 0 ? nil : mapping(word, address, level)",
    ),
    Mutant(
        "P-2", "a zero entry counts as a leaf", FORMATS + "EntryFormat.swift", "word == 0", "false",
        within="if word == 0 { return .absent }",
    ),
    Mutant(
        "P-3", "a directory entry must be present to be seen", FORMATS + "LoongArch64/LoongArch64.swift",
        "_slowPath(word & LoongArch64Layout.huge != 0)",
        "word & LoongArch64Layout.huge != 0 || word & LoongArch64Layout.valid == 0",
    ),
    Mutant(
        "P-4", "a remap takes a frame that is not aligned to the page", CALLS + "PageTable.swift",
        "frame.isAligned(to: old.byteCount)", "true",
    ),
    Statement(
        "P-5", "a region that fails stays half mapped", CALLS + "PageTable.swift",
        "_ = cursor.takeAll(region.mappedBytes) { _ in }", "",
    ),
    Statement(
        "P-7", "a borrowed table does not count its trees", CALLS + "PageTable+Borrow.swift",
        "view.memory.record(child).references.retain()", "",
    ),
    Mutant(
        "P-8", "an address that is not canonical finds its alias", CALLS + "PageTable.swift",
        "C.Format.isCanonical(address)", "true",
    ),
    Mutant(
        "P-8", "a walk reports addresses of the upper half without their upper bits", CALLS + "PageTable+Walk.swift",
        "C.Format.canonicalAddress(translated: first)", "VirtualAddress(first)",
    ),
    Mutant(
        "P-9", "the fifth level is not walked", TABLES + "Walk.swift", "C.Format.levels >= 5", "C.Format.levels >= 6",
    ),
    Mutant(
        "P-10", "a change of rights drops accessed and dirty", TABLES + "Cursor+NextLeaf.swift",
        "C.Format.leaf(old.physical, properties, at: old.level)",
        "C.Format.leaf(old.physical, properties.subtracting([.accessed, .dirty]), at: old.level)",
    ),
]

# Bugs of the same list that cannot be planted here, and why.
NOT_PLANTED = [
    ("A-19", "what a protocol loses belongs to that protocol: a strategy for each comes with the strategies"),
    ("A-23", "there is no preemption to disable in a process"),
    ("A-24", "slow, not wrong: a property of lock coupling that CouplingStrategy documents"),
    ("A-25", "slow, not wrong"),
    ("A-26", "an ordering that is too weak shows on no processor at hand; the thread sanitizer finds plain accesses"),
    ("A-27", "no hardware sets accessed and dirty bits behind the core's back here"),
    ("A-31", "slow, not wrong: a lock is a choice, and the suites measure it"),
    ("D-2", "an entry is absent when it is zero; there is no mask to get wrong"),
    ("D-4", "what is to be flushed is a value without a destructor"),
    ("D-5", "nothing is broadcast: the caller knows its processors"),
    ("D-13", "an operation that fails takes nothing from the caller, so there is no frame to lose"),
    ("D-16", "there is no page manager, and so no reclaimer, yet"),
    ("D-17", "there is no page manager, and so no reclaimer, yet"),
    ("D-18", "there is no page manager, and so no reclaimer, yet"),
    ("D-19", "there is no page manager, and so no write-back, yet"),
    ("D-20", "there is no page manager, and so no reclaimer, yet"),
    ("D-21", "there is no reverse map yet"),
    ("D-25", "entries are atomics by their type; a plain access does not compile"),
    ("D-26", "tables are reached through the arena, which cannot lack one"),
    ("D-28", "properties are a set with a name for each; there is no second type to mix them with"),
    ("P-6", "planted as A-10"),
    ("P-11", "nothing is flushed by the core, so no flush can be too local"),
    ("P-12", "planted as A-13"),
]
