/// Looks for what does not fit together in a set of groups: words that name nothing, circles, doubles, wrong units.
struct CounterCatalogueCheck {
  typealias Fault = CounterCatalogueError.Fault

  let groups: [CounterGroup]

  func faults() -> [Fault] { groups.flatMap(includes) + doubles() + groups.flatMap(formulas) }

  private func includes(_ group: CounterGroup) -> [Fault] {
    group.includes.compactMap { name in
      guard groups.contains(where: { $0.name == name }) else {
        return Fault(
          group: group.name, place: .include(name), what: "there is no group \"\(name)\"",
          unknown: .init(word: name, known: groups.map(\.name).filter { $0 != group.name }), advice: nil)
      }
      guard reaches(from: name, group.name) else { return nil }
      return Fault(
        group: group.name, place: .include(name), what: "\(group.name) includes \(name), which includes it in turn",
        unknown: nil, advice: "leave out one of the two")
    }
  }

  /// Whether a chain of includes leads from one group to another.
  private func reaches(from start: String, _ goal: String) -> Bool { reachable(from: start).contains(goal) }

  private func reachable(from start: String) -> Set<String> {
    var seen: Set<String> = []
    var open = [start]
    while let name = open.popLast() {
      guard seen.insert(name).inserted else { continue }
      open += groups.first { $0.name == name }?.includes ?? []
    }
    return seen
  }

  /// A name has one meaning over all groups. Counts per operation are derived metrics of the counter's name, so
  /// counters and metrics share one set of names.
  private func doubles() -> [Fault] {
    var owners: [String: String] = [:]
    var faults: [Fault] = []
    func take(_ name: String, _ group: CounterGroup, _ place: Fault.Place) {
      guard let owner = owners.updateValue(owners[name] ?? group.name, forKey: name) else { return }
      faults.append(
        Fault(
          group: group.name, place: place, what: "the name \"\(name)\" is taken in the group \(owner)", unknown: nil,
          advice: owner == group.name ? "choose another" : "include \(owner), or choose another name"))
    }
    for group in groups {
      for (index, counter) in group.counters.enumerated() { take(counter.name, group, .counter(index)) }
      for (index, metric) in group.derived.enumerated() {
        take(metric.name, group, .derived(index, variant: nil))
      }
    }
    return faults
  }

  private func formulas(_ group: CounterGroup) -> [Fault] {
    let reachable = reachable(from: group.name)
    var units = [CounterFormula.operations: CounterUnit.operations]
    for counter in groups.filter({ reachable.contains($0.name) }).flatMap(\.counters) {
      units[counter.name] = CounterUnit(counter.unit) ?? .one
    }
    return group.derived.enumerated().flatMap { index, metric in
      metric.variants.compactMap { variant in
        fault(of: variant, metric, units).map {
          Fault(
            group: group.name, place: .derived(index, variant: variant.model?.rawValue ?? "any"), what: $0.what,
            unknown: $0.unknown, advice: $0.advice)
        }
      }
    }
  }

  private func fault(
    of variant: DerivedMetric.Variant, _ metric: DerivedMetric, _ units: [String: CounterUnit]
  ) -> (what: String, unknown: Fault.UnknownWord?, advice: String?)? {
    if let stranger = variant.formula.operands.first(where: { units[$0] == nil }) {
      return (
        "the formula of \"\(metric.name)\" uses \"\(stranger)\", which is no counter of the group or those it includes",
        .init(word: stranger, known: units.keys.sorted()), nil
      )
    }
    do throws(CounterFormulaError) {
      let unit = try variant.formula.unit { units[$0] ?? .one }
      guard unit != CounterUnit(metric.unit) else { return nil }
      return (
        "\"\(metric.name)\" has the unit \"\(metric.unit)\", but its formula gives \(unit)", nil,
        "mend the formula, or write unit = \"\(unit)\""
      )
    } catch {
      return ("the formula of \"\(metric.name)\" is wrong: \(error)", nil, "add only what has the same unit")
    }
  }
}
