"""Checks import direction; called by check-layers, which see.

Usage: check_layers.py [--self-test] PACKAGE.json ROOT
PACKAGE.json is what `swift package dump-package` prints. With --self-test ROOT is a copy that may be spoilt.
"""

import copy
import json
import re
import sys
from pathlib import Path

# Column and rank of every target. A target depends on lower ranks only; a new target needs a line here.
LAYERS = {
    # C: wrappers over the system; they depend on nothing. CPerf serves measurement only, CFloor is only run beside the
    # core.
    "CHost": ("c", 0),
    "CNuma": ("c", 0),
    "CPerf": ("measurement", 0),
    "CFloor": ("joint", 0),
    # Paging core.
    "Addressing": ("core", 1),
    "Executions": ("core", 1),
    "Formats": ("core", 2),
    "Locks": ("core", 2),
    "PhysicalMemory": ("core", 3),
    "TLB": ("core", 3),
    "PageTables": ("core", 4),
    "Strategies": ("core", 5),
    "AddressSpaces": ("core", 6),
    "TableImages": ("core", 7),
    "SpecializationProbe": ("core", 7),
    "PagingTestSupport": ("core", 7),
    # Measurement.
    "Results": ("value", 1),
    "Topology": ("measurement", 2),
    "Counters": ("measurement", 2),
    "Statistics": ("measurement", 2),
    "Harness": ("measurement", 3),
    "Profiling": ("measurement", 3),
    "Reporting": ("measurement", 3),
    "MeasurementTestSupport": ("measurement", 4),
    # Where the columns meet.
    "Workloads": ("joint", 8),
    "pagebench": ("joint", 9),
}

# Which columns a column may see.
VISIBLE = {
    "c": set(),
    "core": {"c", "core", "value"},
    "value": {"value"},
    "measurement": {"c", "measurement", "value"},
    "joint": {"c", "core", "value", "measurement", "joint"},
    "test": {"c", "core", "value", "measurement", "joint"},
}

IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+"
    r"(?:(?:struct|class|enum|protocol|typealias|func|let|var)\s+)?(\w+)"
)
PERF_HEADER = re.compile(r'^\s*(?:#\s*include\s*[<"]|header\s+")([^>"]*(?:perfmon/|linux/perf_event\.h)[^>"]*)[>"]')
C_SUFFIXES = {".c", ".h", ".cc", ".cpp", ".hpp", ".modulemap"}


class Package:
    """Targets, their folders, and what each declares: other targets, and products of other packages."""

    def __init__(self, dump, root):
        self.root = root
        self.targets = [target["name"] for target in dump["targets"]]
        self.tests = {target["name"] for target in dump["targets"] if target["type"] == "test"}
        self.folders, self.dependencies, self.products = {}, {}, {}
        for target in dump["targets"]:
            name = target["name"]
            parent = "Tests" if target["type"] == "test" else "Sources"
            self.folders[name] = root / (target.get("path") or f"{parent}/{name}")
            names = [next(iter(entry.values()))[0] for entry in target["dependencies"]]
            self.dependencies[name] = [other for other in names if other in self.targets]
            self.products[name] = [other for other in names if other not in self.targets]
        self.all_products = {product for products in self.products.values() for product in products}
        self.manifest = (root / "Package.swift").read_text().splitlines()

    def line_of(self, target):
        """Line of Package.swift that names the target first."""
        for number, line in enumerate(self.manifest, 1):
            if f'name: "{target}"' in line:
                return number
        return 1

    def layer(self, target):
        return ("test", 100) if target in self.tests else LAYERS.get(target)


def code_lines(text):
    """Yields number and text of each line of Swift, with comments and multi-line strings blanked."""
    inside = None
    for number, line in enumerate(text.splitlines(), 1):
        rest, code = line, ""
        while rest:
            if inside:
                end = rest.find(inside)
                if end < 0:
                    break
                rest, inside = rest[end + len(inside) :], None
                continue
            match = re.search(r'//|/\*|"""', rest)
            if not match:
                code += rest
                break
            code += rest[: match.start()]
            if match.group() == "//":
                break
            inside = "*/" if match.group() == "/*" else '"""'
            rest = rest[match.end() :]
        yield number, code


def graph_violations(package):
    """What is wrong with the dependencies that Package.swift declares."""
    for target in package.targets:
        where = f"Package.swift:{package.line_of(target)}"
        layer = package.layer(target)
        if layer is None:
            yield f"{where}: target {target} has no layer; give it a column and a rank in scripts/check_layers.py"
            continue
        column, rank = layer
        for other in package.dependencies[target]:
            other_layer = package.layer(other)
            if other_layer is None:
                continue  # reported as a target of its own
            other_column, other_rank = other_layer
            if other_column not in VISIBLE[column]:
                yield (
                    f"{where}: {target} ({column}) depends on {other} ({other_column}); only Workloads and pagebench "
                    "see both columns: pass a value of Results instead, or move the code there"
                )
            elif other_rank >= rank:
                yield (
                    f"{where}: {target} (rank {rank}) depends on {other} (rank {other_rank}), but imports point down: "
                    "move what both need into a lower target"
                )


def import_violations(package):
    """Imports of targets and products that are not declared. SwiftPM notices them only on some clean builds."""
    for target in package.targets:
        declared = set(package.dependencies[target]) | set(package.products[target]) | {target}
        for file in sorted(package.folders[target].rglob("*.swift")):
            for number, code in code_lines(file.read_text()):
                # `import A; import B` is legal.
                for statement in code.split(";"):
                    match = IMPORT.match(statement)
                    if not match or match.group(1) in declared:
                        continue
                    name = match.group(1)
                    if name in package.targets or name in package.all_products:
                        yield (
                            f"{file.relative_to(package.root)}:{number}: {target} imports {name}, which Package.swift "
                            "does not declare for it; remove the import, or declare it if the layers allow"
                        )


def header_violations(package):
    """Perf headers outside CPerf: libpfm and the kernel define one structure differently, so one target sees them."""
    allowed = package.root / "Sources" / "CPerf"
    for parent in ("Sources", "Tests"):
        for file in sorted((package.root / parent).rglob("*")):
            if file.suffix not in C_SUFFIXES or allowed in file.parents:
                continue
            for number, line in enumerate(file.read_text().splitlines(), 1):
                match = PERF_HEADER.match(line)
                if match:
                    yield (
                        f"{file.relative_to(package.root)}:{number}: includes {match.group(1)}, which only CPerf may; "
                        "call CPerf's functions instead"
                    )


def violations(dump, root):
    package = Package(dump, root)
    return [
        *graph_violations(package),
        *import_violations(package),
        *header_violations(package),
    ]


def self_test(dump, root):
    """Plants violations one by one; each must be found at its place, and a look-alike must not."""
    baseline = set(violations(dump, root))
    names = [target["name"] for target in dump["targets"]]
    planted = root / "Sources/Addressing/Planted.swift"
    source_cases = [
        ("plain import", "import Harness\n", ":1:"),
        ("public import", "// a comment\npublic import Workloads\n", ":2:"),
        ("testable import of a product", "  @testable internal import ArgumentParser\n", ":1:"),
        ("import of one declaration", "private import struct Counters.Reading\n", ":1:"),
        ("second statement of a line", "import Glibc; import Results\n", ":1:"),
    ]
    harmless = '// import Harness\n/* import\nimport Harness */\nlet a = """\nimport Harness\n"""\nlet important = 1\n'
    failures = []

    def expect(name, found, wanted):
        new = [line for line in found if line not in baseline]
        good = wanted is None and not new or wanted is not None and any(wanted in line for line in new)
        print(f"{'ok  ' if good else 'FAIL'}  {name}: {new[0] if new else 'nothing found'}")
        if not good:
            failures.append(name)

    for name, text, place in source_cases:
        planted.write_text(text)
        expect(name, violations(dump, root), f"Sources/Addressing/Planted.swift{place}")
    planted.write_text(harmless)
    expect("comments and strings", violations(dump, root), None)
    planted.unlink()

    def with_dependency(target, other):
        changed = copy.deepcopy(dump)
        changed["targets"][names.index(target)]["dependencies"].append({"byName": [other, None]})
        return changed

    expect("upward dependency", violations(with_dependency("Addressing", "Locks"), root), "Addressing (rank")
    expect("dependency in a row", violations(with_dependency("Counters", "Topology"), root), "Counters (rank")
    expect("core on measurement", violations(with_dependency("Strategies", "Statistics"), root), "Strategies (core)")
    expect("measurement on core", violations(with_dependency("Harness", "Addressing"), root), "Harness (measurement)")
    unknown = copy.deepcopy(dump)
    unknown["targets"].append({"name": "Newcomer", "type": "regular", "dependencies": []})
    expect("target without layer", violations(unknown, root), "Newcomer has no layer")

    header = root / "Sources/CHost/Planted.h"
    for line in ("#include <perfmon/pfmlib.h>", '#  include "linux/perf_event.h"'):
        header.write_text(f"\n{line}\n")
        expect(line, violations(dump, root), "Sources/CHost/Planted.h:2:")
    header.unlink()
    expect("the copy without plants", violations(dump, root), None)
    return failures


def main(arguments):
    testing = arguments[:1] == ["--self-test"]
    dump_path, root = arguments[-2:]
    dump = json.loads(Path(dump_path).read_text())
    if testing:
        return 1 if self_test(dump, Path(root)) else 0
    found = violations(dump, Path(root))
    for line in found:
        print(line)
    if not found:
        print(f"check-layers: {len(dump['targets'])} targets, imports point down")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
