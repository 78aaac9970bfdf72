import Counters
import Glibc
import Testing

@Suite struct EncodingTests {
  /// Types and configuration words from the Linux header `perf_event.h`.
  @Test(
    arguments: [
      ("task-clock", 1, 1), ("page-faults", 1, 2), ("context-switches", 1, 3), ("cpu-migrations", 1, 4),
      ("cycles", 0, 0), ("instructions", 0, 1), ("cache-misses", 0, 3),
      // data TLB (3), read (0), miss (1).
      ("dTLB-load-misses", 3, 0x1_00_03),
    ] as [(String, UInt32, UInt64)])
  func encodesGenericEvents(name: String, type: UInt32, config: UInt64) throws {
    let counters = FakeEvents.software + FakeEvents.hardware
    let event = try LinuxPerfEvents().encode(#require(counters.first { $0.name == name }).event)
    #expect(event.type == type)
    #expect(event.config == config)
    #expect(event.qualifiedName.contains(":k=1"))
    #expect(!event.exclusions.contains(.kernel))
    #expect(event.isForThisMachine)
  }

  @Test func followsModifiersInTheName() throws {
    #expect(try LinuxPerfEvents().encode("perf::CYCLES:u").exclusions.contains(.kernel))
    #expect(try LinuxPerfEvents().encode("perf::CYCLES:k").exclusions.contains(.user))
  }

  @Test func passesOnWhatLibpfmSays() {
    #expect(throws: PerfEventFailure.library(code: -4, message: "event not found")) {
      try LinuxPerfEvents().encode("no-such-event")
    }
    #expect(throws: PerfEventFailure.library(code: -8, message: "invalid event attribute")) {
      try LinuxPerfEvents().encode("perf::CYCLES:zz")
    }
  }

  @Test func findsTheKernelsOwnUnit() {
    let units = LinuxPerfEvents.presentUnits()
    #expect(units.contains { $0.name == "perf" && $0.eventCount > 0 })
    #expect(LinuxPerfEvents.libraryVersion.first?.isNumber == true)
  }

  /// In a process of its own: libpfm reads the variable once, when it starts. Configuration words are umask << 8 | event
  /// from Intel's and AMD's event lists.
  @Test func encodesForProcessorsThatAreNotHere() async {
    await #expect(processExitsWith: .success) {
      // SAFETY: the process has only this test.
      unsafe setenv("LIBPFM_ENCODE_INACTIVE", "1", 1)
      let known: [(name: String, config: UInt64)] = [
        ("icx::DTLB_LOAD_MISSES:WALK_COMPLETED", 0x0e08), ("skx::DTLB_LOAD_MISSES:WALK_COMPLETED", 0x0e08),
        ("spr::DTLB_LOAD_MISSES:WALK_COMPLETED", 0x0e12), ("amd64_fam19h_zen3::TLB_FLUSHES", 0xff78),
        ("amd64_fam19h_zen3::TLB_FLUSHES:ALL", 0xff78),
      ]
      let system = LinuxPerfEvents()
      for (name, config) in known {
        let event = try system.encode(name)
        #expect(event.type == 4, "\(name)")
        #expect(event.config == config, "\(name)")
        precondition(event.type == 4 && event.config == config, "\(name): \(event)")
        if !event.isForThisMachine {
          // It would open on a machine with a PMU, and count something else.
          #expect(throws: PerfEventFailure.otherProcessor) { try system.open(event, leader: nil) }
        }
      }
      // At least one of the two makers is not here.
      #expect(try known.contains { try !system.encode($0.name).isForThisMachine })
      // The kernel's own events are still there.
      #expect(try system.encode("perf::PAGE-FAULTS").config == 2)
    }
  }
}
