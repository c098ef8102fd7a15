// SPDX-License-Identifier: Apache-2.0
// Several documents and command-line overrides made one. Plain values, any thread.
#pragma once

#include <string>

#include "config/document.hpp"

namespace junctor::config {

/// Lays `later` over `*base` key by key: tables merge, anything else (arrays too) replaces the whole.
void merge(Node&& later, Node* base);

/// `TABLE.KEY=VALUE` as a document to merge, or a fault and an empty table. The value is never part of a message.
Node parse_override(const std::string& text, Faults* faults);

}  // namespace junctor::config
