import Counters
import Results

/// Decides whether a run can go on, and brings its files to the state its journal promises.
enum ResumeCheck {
  static func header(of plan: Plan, counters: CounterPlan, runID: RunID) -> Journal.Header {
    Journal.Header(
      schema: Journal.schema, runID: runID.description, suite: plan.suite.name, suiteHash: plan.suite.contentHash,
      planHash: plan.contentHash, build: ToolFacts.identity ?? "", entries: plan.entries.count,
      counterHash: ContentHash.hex(counters.identity.utf8))
  }

  /// - Throws: ``JournalError``: unreadable, or of another suite, plan or build.
  static func check(
    _ directory: RunDirectory, plan: Plan, counters: CounterPlan
  ) throws(JournalError) -> (content: Journal.Content, runID: RunID) {
    let path = directory.path(of: .journal)
    let content = try Journal.read(path)
    guard let runID = RunID(content.header.runID) else {
      throw .malformed(path: path, line: 1, reason: "`\(content.header.runID)` is no run identifier")
    }
    let wanted = header(of: plan, counters: counters, runID: runID)
    let found = content.header
    func differs(_ what: String) -> JournalError { .differs(path: path, what: what) }
    guard found.suite == wanted.suite else {
      throw differs("it is a run of the suite \(found.suite), not \(wanted.suite)")
    }
    guard found.suiteHash == wanted.suiteHash else {
      throw differs("the suite file or --quick changed since the run began")
    }
    guard found.planHash == wanted.planHash else {
      throw differs("the filters are not those the run began with")
    }
    guard found.build == wanted.build else {
      throw differs("the program was built anew since the run began, and rows of two builds do not belong together")
    }
    guard found.counterHash == wanted.counterHash else {
      throw differs("the counters are not those the run began with: group files, kernel or permissions changed")
    }
    return (content, runID)
  }

  /// Removes rows whose invocation is not finished and will be measured again: it was cut off between the two files, or
  /// yielded nothing.
  static func dropUnfinishedRows(_ directory: RunDirectory, _ content: Journal.Content) throws {
    try dropUnfinishedHistograms(directory, content)
    // A run cut off before its first batch has no samples yet.
    guard TextFile.exists(directory.path(of: .samples)) else { return }
    let file = try directory.readSamples()
    let finished = Set(content.finished.map(\.order))
    let kept = file.samples.filter { finished.contains($0.order) }
    if kept.count != file.samples.count || file.tornTail != nil {
      try directory.replace(.samples, with: SampleFile.encode(kept))
    }
  }

  private static func dropUnfinishedHistograms(_ directory: RunDirectory, _ content: Journal.Content) throws {
    // A file without a whole line is started again by the log.
    let path = directory.path(of: .histogram)
    guard TextFile.exists(path), try TextFile.bytes(path).contains(UInt8(ascii: "\n")),
      let file = try directory.readHistograms()
    else { return }
    struct Invocation: Hashable {
      let caseID: String
      let number: Int
    }
    let finished = Set(content.finished.map { Invocation(caseID: $0.caseID, number: $0.invocation) })
    let kept = file.rows.filter {
      finished.contains(Invocation(caseID: $0.caseID.description, number: $0.invocation))
    }
    if kept.count != file.rows.count || file.tornTail != nil {
      try directory.replace(.histogram, with: HistogramFile.encode(kept))
    }
  }
}
