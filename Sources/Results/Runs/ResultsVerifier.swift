/// Checks results files against the schema: a run directory, one samples file, or a tree of runs.
public enum ResultsVerifier {
  /// Findings of one kind about one column of one file that are listed before the rest is only counted.
  public static let listedPerKind = 10

  /// - Parameter path: a run directory, a directory above runs, or a samples file of any name. Beside a file named
  ///   `samples.csv` its `env.csv` and `hist.csv` are checked too; a file of another name stands alone.
  /// - Returns: a report; a path that does not exist or holds no samples is a finding, not an error thrown.
  public static func verify(_ path: String) -> VerificationReport {
    var report = VerificationReport()
    switch FileSystem.kind(of: path) {
    case .directory:
      let runs = RunDirectory.runs(below: path)
      for run in runs { verify(run, into: &report) }
      if runs.isEmpty {
        report.findings.append(
          VerificationFinding(
            kind: .empty, path: path, line: nil, column: nil,
            what: "no \(RunFile.samples.rawValue) here or in any directory below",
            remedy: "give a run directory, or a directory that holds runs"))
      }
    case .file where FileSystem.lastComponent(of: path) == RunFile.samples.rawValue:
      let parent = FileSystem.parent(of: path)
      verify(RunDirectory(path: parent.isEmpty ? "." : parent), into: &report)
    default:
      verifySamples(path, environment: nil, into: &report)
    }
    return report
  }

  private static func verify(_ run: RunDirectory, into report: inout VerificationReport) {
    let path = run.path(of: .environment)
    var environment: EnvironmentRecord?
    if FileSystem.kind(of: path) == nil {
      report.findings.append(
        VerificationFinding(
          kind: .environment, path: path, line: nil, column: nil,
          what: "the file is missing, so nobody can tell where these samples come from",
          remedy: "restore it; without it only compare runs that you know come from one machine"))
    } else {
      do { environment = try EnvironmentRecord.read(path: path) } catch {
        report.findings.append(VerificationFinding(error, kind: .environment))
      }
    }
    let check = verifySamples(run.path(of: .samples), environment: environment, into: &report)
    verifyHistograms(run.path(of: .histogram), environment: environment, check, into: &report)
  }

  /// The histograms of a run that timed operations, or that has such a file all the same.
  private static func verifyHistograms(
    _ path: String, environment: EnvironmentRecord?, _ samples: SampleFileVerification,
    into report: inout VerificationReport
  ) {
    if FileSystem.kind(of: path) == nil, samples.latencyCounts.isEmpty { return }
    var check = HistogramFileVerification(
      path: path, environment: environment, counts: samples.latencyCounts, invocations: samples.invocations)
    var findings: [VerificationFinding] = []
    do { try check.run() } catch { findings.append(VerificationFinding(error)) }
    report.histogramRowCount += check.rowCount
    findings += check.findings
    report.findings += findings.prefix(listedPerKind)
    if findings.count > listedPerKind {
      report.findings.append(
        VerificationFinding(
          kind: findings[listedPerKind].kind, path: path, line: nil, column: nil,
          what: "\(findings.count - listedPerKind) more findings in this file",
          remedy: "mend those and verify again"))
    }
  }

  @discardableResult
  private static func verifySamples(
    _ path: String, environment: EnvironmentRecord?, into report: inout VerificationReport
  ) -> SampleFileVerification {
    report.sampleFileCount += 1
    var check = SampleFileVerification(path: path, environment: environment)
    do { try check.run() } catch { check.add(VerificationFinding(error)) }
    report.rowCount += check.rowCount
    report.findings += check.findings + check.unlisted
    return check
  }
}
