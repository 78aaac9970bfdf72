import Results

extension CounterPlan {
  /// A plan and what trying it out has shown.
  public struct Preparation: Sendable {
    public let plan: CounterPlan
    /// One for each counter of the plan, in its order.
    public let diagnoses: [CounterDiagnosis]

    /// Of a run that counts nothing.
    public static let none = Preparation(plan: .none, diagnoses: [])

    public init(plan: CounterPlan, diagnoses: [CounterDiagnosis]) {
      self.plan = plan
      self.diagnoses = diagnoses
    }
  }

  /// Chooses events for the counters of the named groups, tries each one out, and divides into sets what works.
  ///
  /// Takes some milliseconds for each counter, on the calling thread.
  ///
  /// - Parameters:
  ///   - names: groups of the catalogue; one that it does not have is left out.
  ///   - known: diagnoses made before; their counters are not tried again.
  ///   - countersAtOnce: how many core events to count together; nil for as many as the processor has counters.
  public static func prepare(
    groups names: [String], of catalogue: CounterCatalogue, countersAtOnce: Int? = nil,
    machine: CounterMachine = .current(), probe: CounterProbe = CounterProbe(), known: [CounterDiagnosis] = []
  ) -> Preparation {
    let contents = names.map(catalogue.content)
    let resolver = CounterResolver(machine: machine, system: probe.system)
    var resolved: [ResolvedCounter] = []
    var position: [String: Int] = [:]
    for definition in contents.flatMap(\.counters) where position[definition.name] == nil {
      position[definition.name] = resolved.count
      resolved.append(resolver.resolve(definition))
    }
    let diagnoses = resolved.map { counter in
      known.first { $0.name == counter.definition.name } ?? probe.diagnose(counter.specification)
    }
    for (index, diagnosis) in diagnoses.enumerated() {
      guard let absence = diagnosis.lastingAbsence else { continue }
      let specification = resolved[index].specification
      resolved[index].specification = CounterSpecification(
        name: specification.name, event: diagnosis.qualifiedEvent ?? specification.event, source: specification.source,
        exercise: specification.exercise, absence: absence)
    }
    // Only what can be counted takes room.
    func takesRoom(_ name: String) -> Int? {
      guard let index = position[name], resolved[index].specification.absence == nil,
        let event = resolved[index].event, machine.takesGeneralCounter(event)
      else { return nil }
      return index
    }
    let wishes = contents.map { content in
      CounterRotation.Wish(
        counters: content.counters.compactMap { takesRoom($0.name) },
        formulas: content.derived.compactMap { $0.formula(for: machine.model)?.counters.compactMap(takesRoom) })
    }
    let limited = CounterRotation.sets(wishes, limit: countersAtOnce ?? machine.countersAtOnce)
    let free = resolved.indices.filter { takesRoom(resolved[$0].definition.name) == nil }
    return Preparation(
      plan: CounterPlan(
        counters: resolved.map {
          Counter(specification: $0.specification, unit: $0.definition.unit, better: $0.definition.better)
        },
        metrics: metrics(contents.flatMap(\.derived), machine.model),
        sets: limited.isEmpty ? [free] : limited.map { (free + $0).sorted() }),
      diagnoses: diagnoses)
  }

  private static func metrics(_ derived: [DerivedMetric], _ model: ProcessorModel?) -> [Metric] {
    var metrics: [Metric] = []
    for metric in derived where !metrics.contains(where: { $0.name == metric.name }) {
      metrics.append(
        Metric(name: metric.name, unit: metric.unit, better: metric.better, formula: metric.formula(for: model)))
    }
    return metrics
  }
}
