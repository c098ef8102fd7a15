// SPDX-License-Identifier: Apache-2.0
// Search filters as text (RFC 4515). Values; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace junctor::login_ldap {

/// A value inside of a filter: whatever it holds, it is compared and never read as a filter.
std::string escape(std::string_view value);

/// "(attribute=value)"
std::string equals(std::string_view attribute, std::string_view value);

/// "(|...)"; one alone stays as it is. Of none one that nothing fits.
std::string any_of(const std::vector<std::string>& filters);

/// "(&...)"; empty ones are left out.
std::string all_of(const std::vector<std::string>& filters);

/// Its parentheses are in order, and nothing stands outside of them.
bool is_filter(std::string_view text);

/// An attribute's name or an OID: nothing else may stand in front of "=".
bool is_attribute(std::string_view name);

}  // namespace junctor::login_ldap
