// SPDX-License-Identifier: Apache-2.0
// The contract as an OpenAPI 3.1 document. [any]
#pragma once

#include <string>

#include "contract.hpp"

namespace junctor::accounts::admin {

/// JSON text. `version` is the server's.
std::string openapi(const Contract& contract, std::string_view version);

/// A schema's name in the document: the use is told where the schema has more than one.
std::string component_name(const Schema& schema, Use use);

}  // namespace junctor::accounts::admin
