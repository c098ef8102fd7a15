// SPDX-License-Identifier: Apache-2.0
// Whether what a path is for can be done at its place, before anything depends on it. Looks, and makes nothing.
// [control]
#pragma once

#include <string>
#include <vector>

#include "config/fault.hpp"
#include "config/schema.hpp"
#include "config/snapshot.hpp"

namespace junctor::config {

/// Why not, with the mend; empty where it can, by whoever runs this. `path` is absolute; an empty one is fine. `made`:
/// a directory that will be there.
std::string path_fault(Purpose purpose, const std::string& path, const std::string& made = "");

/// Why the directory of secrets may not be trusted: others may write in it, or exchange it. Empty: they may not.
std::string exposure_of(const std::string& directory);

/// Of every path that says what it is for, [kernel]'s too; `kernel` has the data directory. How many of
/// the faults are [kernel]'s own.
size_t find_path_faults(const Snapshot& snapshot, const KernelConfig& kernel, std::vector<Fault>* faults);

}  // namespace junctor::config
