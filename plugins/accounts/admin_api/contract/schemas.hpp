// SPDX-License-Identifier: Apache-2.0
// The families of schemas and endpoints that make the contract. Constant data.
#pragma once

#include "endpoint.hpp"

namespace junctor::accounts::admin {

/// The last filter of what is listed and exported alike; listing() leaves it out.
inline constexpr Field kFormat = word("format", "csv|jsonl", "CSV (missing) or JSON lines");
constexpr std::span<const Field> listing(std::span<const Field> fields) { return fields.first(fields.size() - 1); }

std::span<const Schema> people_schemas();
std::span<const Schema> device_schemas();
std::span<const Schema> book_schemas();
std::span<const Schema> policy_schemas();
std::span<const Schema> site_schemas();

std::span<const Endpoint> people_endpoints();
std::span<const Endpoint> device_endpoints();
std::span<const Endpoint> book_endpoints();
std::span<const Endpoint> policy_endpoints();
std::span<const Endpoint> site_endpoints();

}  // namespace junctor::accounts::admin
