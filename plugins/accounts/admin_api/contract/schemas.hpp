// SPDX-License-Identifier: Apache-2.0
// The families of schemas and endpoints that make the contract. Constant data.
#pragma once

#include "endpoint.hpp"

namespace junctor::accounts::admin {

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
