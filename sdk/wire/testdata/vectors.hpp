// SPDX-License-Identifier: Apache-2.0
// protocol-vectors.json for the tests, and hexadecimal. Tests only.
#pragma once

#include <Poco/JSON/Object.h>

#include <string>
#include <string_view>

namespace junctor::wire::vectors {

/// The whole file; throws where it cannot be read.
Poco::JSON::Object::Ptr load();

std::string from_hex(std::string_view hex);
std::string to_hex(std::string_view bytes);

}  // namespace junctor::wire::vectors
