/// A processor family whose events a counter group can name.
///
/// The raw value is the key in group files.
public enum ProcessorModel: String, CaseIterable, Hashable, Codable, Sendable {
  case skylakeSP = "skylake-sp"
  case iceLakeSP = "icelake-sp"
  case sapphireRapids = "sapphire-rapids"
  case zen2
  case zen3
  case zen4
  case neoverseN1 = "neoverse-n1"
  case neoverseV1 = "neoverse-v1"
  case neoverseN2 = "neoverse-n2"

  /// libpfm's names for the core unit: what stands before `::` in event names. Cascade Lake has Skylake's core and its
  /// events, but a unit of its own.
  public var units: [String] {
    switch self {
    case .skylakeSP: ["skx", "clx"]
    case .iceLakeSP: ["icx"]
    case .sapphireRapids: ["spr"]
    case .zen2: ["amd64_fam17h_zen2"]
    case .zen3: ["amd64_fam19h_zen3"]
    case .zen4: ["amd64_fam19h_zen4"]
    case .neoverseN1: ["arm_n1"]
    case .neoverseV1: ["arm_v1"]
    case .neoverseN2: ["arm_n2"]
    }
  }

  /// Whether libpfm, which is built for one instruction set, can know this model here.
  public var isOfThisInstructionSet: Bool {
    #if arch(arm64)
      maker == .arm
    #else
      maker != .arm
    #endif
  }

  /// General counters of one core that a thread can use at once.
  ///
  /// Sources: Intel SDM volume 3, section "Architectural Performance Monitoring" (Skylake shares eight between the two
  /// threads of a core), AMD PPR of families 17h and 19h (six core counters), the Neoverse technical reference manuals
  /// (six event counters). libpfm's own figures are those of the widest configuration, and too large for Ice Lake.
  func generalCounters(isMultithreaded: Bool) -> Int {
    switch self {
    case .skylakeSP: isMultithreaded ? 4 : 8
    case .iceLakeSP, .sapphireRapids: 8
    case .zen2, .zen3, .zen4, .neoverseN1, .neoverseV1, .neoverseN2: 6
    }
  }

  /// Generic events (`PERF_COUNT_HW_…` numbers) that have a counter of their own: cycles, instructions and reference
  /// cycles on Intel, cycles on Arm, none on AMD.
  var eventsWithOwnCounter: Set<UInt64> {
    switch maker {
    case .intel: [0, 1, 9]
    case .arm: [0]
    case .amd: []
    }
  }

  private enum Maker {
    case intel
    case amd
    case arm
  }

  private var maker: Maker {
    switch self {
    case .skylakeSP, .iceLakeSP, .sapphireRapids: .intel
    case .zen2, .zen3, .zen4: .amd
    case .neoverseN1, .neoverseV1, .neoverseN2: .arm
    }
  }
}
