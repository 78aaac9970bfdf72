internal import CPerf
import Glibc

/// libpfm and `perf_event_open`.
public struct LinuxPerfEvents: PerfEventSystem {
  private let tracepoints: Tracepoints

  public init() { self.init(tracepoints: Tracepoints()) }

  init(tracepoints: Tracepoints) { self.tracepoints = tracepoints }

  public func encode(_ name: String) throws(PerfEventFailure) -> EncodedEvent {
    if name.hasPrefix(Tracepoints.prefix) { return try tracepoints.event(name) }
    var event = cperf_event()
    var characters = [CChar](repeating: 0, count: Int(CPERF_NAME_CAPACITY))
    // SAFETY: libpfm reads the NUL-terminated name; one struct and at most `count` characters, NUL included, are
    // written into storage that lives through the closure.
    let status = unsafe characters.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return -ENAMETOOLONG }
      return unsafe cperf_encode(name, &event, base, UInt32(buffer.count))
    }
    if status < 0 { throw Self.failure(status) }
    return EncodedEvent(
      type: event.type, config: event.config, config1: event.config1, config2: event.config2,
      exclusions: EncodedEvent.Exclusions(rawValue: event.exclusions),
      qualifiedName: Self.qualified(Self.text(characters), config: event.config),
      isForThisMachine: event.pmu_present != 0)
  }

  public func open(_ event: EncodedEvent, leader: Int32?) throws(PerfEventFailure) -> OpenedEvent {
    guard event.isForThisMachine else { throw .otherProcessor }
    var attributes = cperf_event(
      config: event.config, config1: event.config1, config2: event.config2, type: event.type,
      exclusions: event.exclusions.rawValue, pmu_present: 1, reserved: 0)
    // SAFETY: the call reads one struct during the call.
    let descriptor = unsafe cperf_open(&attributes, leader ?? -1)
    if descriptor < 0 { throw Self.failure(descriptor) }
    var id: UInt64 = 0
    // SAFETY: the call writes one integer.
    let status = unsafe cperf_event_id(descriptor, &id)
    if status < 0 {
      close(descriptor)
      throw Self.failure(status)
    }
    return OpenedEvent(descriptor: descriptor, id: id)
  }

  public func enable(leader: Int32) throws(PerfEventFailure) {
    let status = cperf_enable_group(leader)
    if status < 0 { throw Self.failure(status) }
  }

  public func read(leader: Int32, into words: inout [UInt64], at range: Range<Int>) throws(PerfEventFailure) -> Int {
    // SAFETY: the kernel writes at most `range.count` words into a part of the array that `extracting` has checked; the
    // array lives through the closure. (A slice of the array would be a copy.)
    let count = unsafe words.withUnsafeMutableBufferPointer { buffer in
      let part = buffer.extracting(range)
      guard let base = part.baseAddress else { return -ENOSPC }
      return unsafe cperf_read_group(leader, base, UInt32(part.count))
    }
    if count < 0 { throw Self.failure(count) }
    return Int(count)
  }

  public func close(_ descriptor: Int32) {
    // Closing can fail only for a descriptor that is not open, and nothing is left to do then.
    _ = cperf_close(descriptor)
  }

  /// Of raw events libpfm forgets the number: `perf_raw:::u=1:…` for `perf_raw::r02a4`.
  private static func qualified(_ name: String, config: UInt64) -> String {
    let unit = "perf_raw::"
    guard name.hasPrefix(unit + ":") else { return name }
    return "\(unit)r\(String(config, radix: 16))\(name.dropFirst(unit.utf8.count))"
  }

  private static func failure(_ status: Int32) -> PerfEventFailure {
    guard status <= CPERF_LIBRARY_ERROR else { return .kernel(errno: -status) }
    // SAFETY: a NUL-terminated string in static storage.
    return .library(
      code: status - CPERF_LIBRARY_ERROR, message: unsafe String(cString: cperf_library_message(status)))
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension LinuxPerfEvents {
  /// A performance monitoring unit that libpfm finds on this machine. Present does not mean usable: only opening an
  /// event tells.
  public struct Unit: Hashable, Codable, Sendable {
    /// libpfm's short name, such as `amd64_fam19h_zen3`; the part before `::` in event names.
    public let name: String
    public let summary: String
    public let eventCount: Int
    /// Hardware counters of this model, fixed ones included; 0 for units in software.
    public let counterCount: Int
  }

  /// libpfm's version as the library reports it; release 4.13 calls itself `4.0`.
  public static var libraryVersion: String {
    let version = cperf_library_version()
    return "\(version >> 16).\(version & 0xffff)"
  }

  /// Every unit that libpfm finds present; empty when libpfm cannot be initialised.
  public static func presentUnits() -> [Unit] {
    var units: [Unit] = []
    var raw = cperf_pmu()
    // SAFETY: the call writes one struct, whose character arrays it terminates with NUL.
    while unsafe cperf_present_pmu(UInt32(units.count), &raw) == 0 {
      units.append(
        Unit(
          name: unsafe withUnsafeBytes(of: &raw.name) { unsafe text($0.map { CChar(bitPattern: $0) }) },
          summary: unsafe withUnsafeBytes(of: &raw.description) { unsafe text($0.map { CChar(bitPattern: $0) }) },
          eventCount: Int(raw.event_count), counterCount: Int(raw.counter_count)))
    }
    return units
  }
}
