// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/addresses.hpp"

#include <algorithm>

#include "tools/stock/given.hpp"
#include "wire/address.hpp"

namespace junctor::stock {

AddressLines read_addresses(std::string_view text) {
  AddressLines lines;
  for (size_t number = 1; !text.empty(); ++number) {
    const std::string_view line = text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
    text.remove_prefix(line.size());
    const std::string_view address = trimmed(line.substr(0, line.find('#')));
    if (wire::Address::parse_ip(address) || wire::Network::parse(address)) {
      ++lines.good;
    } else if (!address.empty()) {
      lines.bad.push_back(number);
      lines.text += "# ";
    }
    lines.text += line;
  }
  return lines;
}

}  // namespace junctor::stock
