// swift-tools-version: 6.2
import PackageDescription

// Targets stand in layer order, lowest first. scripts/check-layers holds the import direction:
// a target imports only what it lists here, and the two columns (paging core, measurement) meet in
// `Workloads` through one erased value and in the command line.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
  .treatWarning("StrictMemorySafety", as: .error),
]

let package = Package(
  name: "pagebench",
  products: [.executable(name: "pagebench", targets: ["pagebench"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
  ],
  targets: [
    // C: the only places that see kernel and library headers.
    .target(name: "CHost"),
    .target(name: "CPerf", linkerSettings: [.linkedLibrary("pfm")]),
    .systemLibrary(name: "CNuma", pkgConfig: "numa", providers: [.apt(["libnuma-dev"])]),
    .target(name: "CFloor", cSettings: [.unsafeFlags(["-O2"])]),

    // Paging core.
    .target(name: "Addressing", swiftSettings: strict),
    .target(name: "Executions", dependencies: ["CHost"], swiftSettings: strict),
    .target(name: "Formats", dependencies: ["Addressing"], swiftSettings: strict),
    .target(name: "Locks", dependencies: ["Executions"], swiftSettings: strict),
    .target(
      name: "PhysicalMemory", dependencies: ["Addressing", "Executions", "Locks", "CHost", "CNuma"],
      swiftSettings: strict),
    .target(
      name: "PageTables", dependencies: ["Addressing", "Executions", "Formats", "Locks", "PhysicalMemory"],
      swiftSettings: strict),
    .target(
      name: "Strategies",
      dependencies: ["Addressing", "Executions", "Formats", "Locks", "PhysicalMemory", "PageTables"],
      swiftSettings: strict),

    .target(
      name: "AddressSpaces",
      dependencies: ["Addressing", "Executions", "Formats", "Locks", "PhysicalMemory", "PageTables"],
      swiftSettings: strict),

    .target(
      name: "TableImages",
      dependencies: [
        "Addressing", "Executions", "Formats", "Locks", "PhysicalMemory", "PageTables", "Strategies", "AddressSpaces",
      ],
      swiftSettings: strict),

    // Measurement column.
    .target(name: "Results", swiftSettings: strict),
    .target(name: "Topology", dependencies: ["Results", "CHost"], swiftSettings: strict),
    .target(name: "Counters", dependencies: ["Results", "CPerf", "CHost"], swiftSettings: strict),
    .target(name: "Statistics", swiftSettings: strict),
    .target(
      name: "Reporting",
      dependencies: ["Results", "Statistics"],
      swiftSettings: strict),
    .target(
      name: "Harness",
      dependencies: [
        "Results", "Topology", "Counters", "Statistics", "CHost",
        .product(name: "TOMLKit", package: "TOMLKit"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      swiftSettings: strict),

    // The columns meet.
    .target(
      name: "Workloads",
      dependencies: [
        "Results", "Addressing", "Executions", "Formats", "Locks", "PhysicalMemory", "PageTables", "Strategies",
        "AddressSpaces", "CFloor", "CHost",
      ],
      // Or the compiler makes one function of two strategies' loops where they are alike but for a call, with the difference in
      // memory: then one strategy's speed depends on which others there are.
      swiftSettings: strict + [.unsafeFlags(["-Xllvm", "-swiftmergefunc-threshold=0"])]),
    .executableTarget(
      name: "pagebench",
      dependencies: [
        "Results", "Topology", "Counters", "Statistics", "Reporting", "Harness", "Workloads", "Addressing", "Formats",
        "TableImages",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),
    // One `@inline(never)` probe per hot operation; scripts/check-specialization reads its machine code.
    .executableTarget(
      name: "SpecializationProbe",
      dependencies: [
        "Addressing", "Executions", "Formats", "Locks", "PhysicalMemory", "PageTables", "Strategies", "AddressSpaces",
      ],
      swiftSettings: strict),

    // Tests. `PagingTestSupport` holds generators and the dictionary oracle.
    .target(
      name: "PagingTestSupport",
      dependencies: ["Addressing", "Executions", "Formats", "Locks", "PhysicalMemory", "PageTables", "Strategies"],
      path: "Tests/PagingTestSupport", swiftSettings: strict),
    .testTarget(
      name: "FormatsTests", dependencies: ["Formats", "Addressing", "PagingTestSupport"], swiftSettings: strict),
    .testTarget(name: "LocksTests", dependencies: ["Locks", "Executions", "PagingTestSupport"], swiftSettings: strict),
    .testTarget(
      name: "PhysicalMemoryTests",
      dependencies: ["PhysicalMemory", "Addressing", "Executions", "Locks", "PagingTestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "PageTablesTests",
      dependencies: [
        "PagingTestSupport", "Addressing", "Executions", "Formats", "Locks", "PhysicalMemory", "PageTables",
        "Strategies",
      ], swiftSettings: strict),
    .testTarget(
      name: "AddressSpacesTests",
      dependencies: [
        "PagingTestSupport", "Addressing", "Executions", "Formats", "Locks", "PhysicalMemory", "PageTables",
        "Strategies",
        "AddressSpaces",
      ],
      swiftSettings: strict),
    // One test per numbered statement about paging; scripts/conformance-table lists them.
    .testTarget(
      name: "ConformanceTests",
      dependencies: [
        "PagingTestSupport", "Addressing", "Executions", "Formats", "Locks", "PhysicalMemory", "PageTables",
        "Strategies", "AddressSpaces",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "WorkloadsTests", dependencies: ["Workloads", "Results", "Executions", "Locks", "PagingTestSupport"],
      swiftSettings: strict),
    // Seeds and random numbers for tests of the measurement column.
    .target(name: "MeasurementTestSupport", path: "Tests/MeasurementTestSupport", swiftSettings: strict),
    .testTarget(name: "ResultsTests", dependencies: ["Results"], swiftSettings: strict),
    .testTarget(
      name: "TopologyTests", dependencies: ["Topology", "Results", "MeasurementTestSupport"], exclude: ["Machines"],
      swiftSettings: strict),
    .testTarget(
      name: "CountersTests", dependencies: ["Counters", "Results", "MeasurementTestSupport"], swiftSettings: strict),
    .testTarget(
      name: "StatisticsTests", dependencies: ["Statistics"], exclude: ["golden.py"], swiftSettings: strict),
    .testTarget(name: "ReportingTests", dependencies: ["Reporting", "Results", "Statistics"], swiftSettings: strict),
    .testTarget(
      name: "HarnessTests",
      dependencies: [
        "Harness", "Results", "Topology", "Counters", "Statistics", "MeasurementTestSupport",
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: strict),
    // Runs the built executable as a user would.
    .testTarget(
      name: "CommandLineTests",
      dependencies: [
        "pagebench", "Results", .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      exclude: ["Golden"], swiftSettings: strict),
  ]
)
