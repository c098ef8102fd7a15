// SPDX-License-Identifier: Apache-2.0
#include "filter.hpp"

#include <algorithm>

namespace junctor::login_ldap {

std::string escape(std::string_view value) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    // RFC 4515 asks for NUL ( ) * \ alone; what is no plain ASCII is escaped too, as some servers want it so.
    if (byte > 0x20 && byte < 0x7f && c != '(' && c != ')' && c != '*' && c != '\\') {
      out += c;
    } else {
      out += '\\';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::string equals(std::string_view attribute, std::string_view value) {
  return '(' + std::string{attribute} + '=' + escape(value) + ')';
}

std::string any_of(const std::vector<std::string>& filters) {
  if (filters.empty()) return "(!(objectClass=*))";
  if (filters.size() == 1) return filters.front();
  std::string out = "(|";
  for (const std::string& one : filters) out += one;
  return out + ')';
}

std::string all_of(const std::vector<std::string>& filters) {
  std::vector<std::string> there;
  std::copy_if(filters.begin(), filters.end(), std::back_inserter(there),
               [](const std::string& one) { return !one.empty(); });
  if (there.size() == 1) return there.front();
  std::string out = "(&";
  for (const std::string& one : there) out += one;
  return out + ')';
}

bool is_filter(std::string_view text) {
  size_t open = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0') return false;
    if (text[i] == '(') ++open;
    if (text[i] == ')' && open-- == 0) return false;
    if (open == 0 && i + 1 != text.size()) return false;
  }
  return text.size() > 2 && open == 0;
}

bool is_attribute(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == ';';
  });
}

}  // namespace junctor::login_ldap
