// SPDX-License-Identifier: Apache-2.0
// Whether a call's body and query are what the contract says, before anything looks at them. Pure, [any].
#pragma once

#include <Poco/JSON/Object.h>

#include <map>
#include <optional>
#include <utility>

#include "contract.hpp"
#include "problem.hpp"

namespace junctor::accounts::admin {

/// Values of a query by name; a field that may come many times has many.
using Query = std::multimap<std::string, std::string, std::less<>>;

/// Percent-decoded; '+' is a space. Nothing for what is no query.
std::optional<Query> parse_query(std::string_view text);

/// The body's object. Throws Refused: 400 for what is no JSON object, 422 with every fault for what does not fit.
Poco::JSON::Object::Ptr checked_body(const Contract& contract, const Endpoint& endpoint, std::string_view body);
/// Throws Refused 422 with every fault: unknown names, values that do not fit, a second value where one is due.
void check_query(const Endpoint& endpoint, const Query& query);

/// The permissions that the body's fields ask for, beside the endpoint's own.
std::vector<std::string_view> rights_of(const Contract& contract, const Endpoint& endpoint,
                                        const Poco::JSON::Object& body);

bool is_guid(std::string_view text);
/// Code points of well-formed UTF-8 without NUL; nothing for anything else.
std::optional<size_t> characters(std::string_view text);

}  // namespace junctor::accounts::admin
