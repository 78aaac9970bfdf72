internal import Results

/// Begins and ends sections and does nothing between: what a section costs. One operation is one section, and its time is what the
/// clock sees of it; the window's wall time over the number of sections is all that one costs.
final class EmptySectionsWorkload: GroundTruthWorkload {
  static let item = Catalogue.Item(
    name: "empty-sections", summary: "ground truth: begins and ends measured sections; the harness's cost per section")

  init(_ cell: Cell, _: GroundTruthParameters) {}

  func setUp(_ worker: Int) {}

  func run(_ worker: Int, _ window: Window) {
    while window.begin(worker) { window.end(worker, 1) }
  }
}
