import ArgumentParser
import Topology

/// Which machine a command plans for.
struct MachineOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Plan for another machine: a recording by scripts/record-topology, a directory with sys in it, or a copy of /sys.",
      valueName: "path"),
    completion: .file())
  var sysfsRoot: String?

  /// - Throws: `CommandFailure` when there is no machine at the path.
  func tree() throws -> MachineTree {
    guard let sysfsRoot else { return .live }
    do { return try MachineTree(path: sysfsRoot) } catch {
      throw CommandFailure(status: .usage, message: "--sysfs-root: \(error)")
    }
  }

  /// The machine's CPUs and nodes.
  func topology() throws -> HostTopology {
    let tree = try tree()
    do { return try HostTopology.read(tree) } catch {
      throw sysfsRoot == nil ? error : CommandFailure(status: .usage, message: "--sysfs-root: \(error)")
    }
  }
}
