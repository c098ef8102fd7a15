// SPDX-License-Identifier: Apache-2.0
// Options and effective values as people read them: --explain, the reference pages, `junctorctl config`. Pure
// functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "config/schema.hpp"
#include "config/snapshot.hpp"

namespace junctor::config {

/// `junctord --explain PLUGIN`: plain text, 100 columns.
std::string explain_text(const Schema& schema);

/// The same as a Markdown page for share/doc.
std::string explain_markdown(const Schema& schema);

/// One line of `junctorctl config`.
struct Row {
  std::string instance;
  std::string key;
  std::string value;   ///< secrets as `***`, an option without a value as ``
  std::string origin;  ///< `conf.d/40-relay.toml:7`, `--set relay.wait` or `default`
};

/// [kernel] first, then the instances in file order; of a disabled one, only that it is.
std::vector<Row> describe(const Snapshot& snapshot);

}  // namespace junctor::config
