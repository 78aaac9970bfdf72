import Counters

/// Event numbers from the makers' own lists, typed in by hand: mask << 8 | event (and << 24 a counter mask for Intel).
///
/// Sources: Intel's event lists for Skylake-SP, Ice Lake-SP and Sapphire Rapids (perfmon), AMD PPR of family 17h model
/// 31h, family 19h models 01h and 11h, "Core Performance Monitor Counters"; Arm Neoverse N1, V1 and N2 technical reference
/// manuals, "Performance monitors events".
enum ProcessorEvents {
  static let codes: [ProcessorModel: [String: UInt64]] = [
    .skylakeSP: intelShared.merging([
      "DTLB_LOAD_MISSES:WALK_COMPLETED": 0x0e08, "DTLB_LOAD_MISSES:STLB_HIT": 0x2008,
      "DTLB_LOAD_MISSES:WALK_ACTIVE": 0x0100_1008, "DTLB_STORE_MISSES:WALK_COMPLETED": 0x0e49,
      "TLB_FLUSH:STLB_ANY": 0x20bd, "SQ_MISC:SPLIT_LOCK": 0x10f4, "MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM": 0x04d2,
      "UOPS_RETIRED:RETIRE_SLOTS": 0x02c2, "UOPS_ISSUED:ANY": 0x010e, "INT_MISC:RECOVERY_CYCLES": 0x010d,
    ]) { $1 },
    .iceLakeSP: intelShared.merging([
      "DTLB_LOAD_MISSES:WALK_COMPLETED": 0x0e08, "DTLB_LOAD_MISSES:STLB_HIT": 0x2008,
      "DTLB_LOAD_MISSES:WALK_ACTIVE": 0x0100_1008, "DTLB_STORE_MISSES:WALK_COMPLETED": 0x0e49,
      "TLB_FLUSH:STLB_ANY": 0x20bd, "SQ_MISC:BUS_LOCK": 0x10f4, "MEM_LOAD_L3_HIT_RETIRED:XSNP_HITM": 0x04d2,
      "TOPDOWN:SLOTS_P": 0x01a4, "UOPS_RETIRED:SLOTS": 0x02c2, "perf_raw::r02a4": 0x02a4,
    ]) { $1 },
    .sapphireRapids: intelShared.merging([
      "DTLB_LOAD_MISSES:WALK_COMPLETED": 0x0e12, "DTLB_LOAD_MISSES:STLB_HIT": 0x2012,
      "DTLB_LOAD_MISSES:WALK_ACTIVE": 0x0100_1012, "DTLB_STORE_MISSES:WALK_COMPLETED": 0x0e13,
      "SQ_MISC:BUS_LOCK": 0x102c, "MEM_LOAD_L3_HIT_RETIRED:XSNP_FWD": 0x04d2, "TOPDOWN:SLOTS_P": 0x01a4,
      "UOPS_RETIRED:SLOTS": 0x02c2, "perf_raw::r02a4": 0x02a4,
    ]) { $1 },
    .zen2: amdShared.merging([
      "RETIRED_LOCK_INSTRUCTIONS:CACHEABLE_LOCKS": 0x0e25,
      "DATA_CACHE_REFILLS_FROM_SYSTEM:LS_MABRESP_LCL_CACHE": 0x0243,
      "DATA_CACHE_REFILLS_FROM_SYSTEM:LS_MABRESP_LCL_DRAM": 0x0843,
      "DATA_CACHE_REFILLS_FROM_SYSTEM:LS_MABRESP_RMT_CACHE": 0x1043,
      "DATA_CACHE_REFILLS_FROM_SYSTEM:LS_MABRESP_RMT_DRAM": 0x4043,
    ]) { $1 },
    .zen3: amdShared.merging([
      "DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:INT_CACHE:EXT_CACHE_LCL": 0x0643,
      "DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:EXT_CACHE_RMT": 0x1043,
      "DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:MEM_IO_LCL": 0x0843,
      "DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:MEM_IO_RMT": 0x4043,
    ]) { $1 },
    .zen4: amdShared.merging([
      "DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:LOCAL_CCX:NEAR_CACHE_NEAR_FAR": 0x0643,
      "DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:FAR_CACHE_NEAR_FAR": 0x1043,
      "DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:DRAM_IO_NEAR": 0x0843,
      "DEMAND_DATA_CACHE_FILLS_FROM_SYSTEM:DRAM_IO_FAR": 0x4043, "RETIRED_OPS": 0x00c1,
      "OPS_SOURCE_DISPATCHED_FROM_DECODER:DECODER:OPCACHE:LOOP_BUFFER": 0x07aa,
      // AMD's event numbers have twelve bits, and the upper four go to bits 35 to 32.
      "DISPATCH_STALLS_1:FE_NO_OPS": 0x1_0000_01a0, "DISPATCH_STALLS_1:BE_STALLS": 0x1_0000_1ea0,
    ]) { $1 },
    .neoverseN1: armShared,
    .neoverseV1: armShared.merging(armSlots) { $1 }.merging(["BR_MIS_PRED": 0x10]) { $1 },
    .neoverseN2: armShared.merging(armSlots) { $1 },
  ]

  private static let intelShared: [String: UInt64] = [
    "MEM_INST_RETIRED:LOCK_LOADS": 0x21d0, "MEM_LOAD_L3_MISS_RETIRED:REMOTE_HITM": 0x04d3,
    "MEM_LOAD_L3_MISS_RETIRED:LOCAL_DRAM": 0x01d3, "MEM_LOAD_L3_MISS_RETIRED:REMOTE_DRAM": 0x02d3,
    "MEM_LOAD_L3_MISS_RETIRED:REMOTE_FWD": 0x08d3, "MACHINE_CLEARS:MEMORY_ORDERING": 0x02c3,
    "IDQ_UOPS_NOT_DELIVERED:CORE": 0x019c,
  ]

  private static let amdShared: [String: UInt64] = [
    "L1_DTLB_MISS:TLB_RELOAD_4K_L2_MISS:TLB_RELOAD_COALESCED_PAGE_MISS:TLB_RELOAD_2M_L2_MISS:TLB_RELOAD_1G_L2_MISS":
      0xf045,
    "L1_DTLB_MISS:TLB_RELOAD_4K_L2_HIT:TLB_RELOAD_COALESCED_PAGE_HIT:TLB_RELOAD_2M_L2_HIT:TLB_RELOAD_1G_L2_HIT": 0x0f45,
    "TLB_FLUSHES:ALL": 0xff78, "RETIRED_LOCK_INSTRUCTIONS:BUS_LOCK": 0x0125,
  ]

  private static let armShared: [String: UInt64] = [
    "DTLB_WALK": 0x34, "L1D_TLB_REFILL": 0x05, "STREX_SPEC": 0x6f, "STREX_FAIL_SPEC": 0x6e, "REMOTE_ACCESS": 0x31,
  ]

  private static let armSlots: [String: UInt64] = [
    "OP_RETIRED": 0x3a, "OP_SPEC": 0x3b, "STALL_SLOT_BACKEND": 0x3d, "STALL_SLOT_FRONTEND": 0x3e, "STALL_SLOT": 0x3f,
  ]
}
