// SPDX-License-Identifier: Apache-2.0
#include "tools/stock/addresses.hpp"

#include "wire/address_list.hpp"

namespace junctor::stock {

AddressLines read_addresses(std::string_view text) {
  AddressLines lines;
  wire::AddressList known;
  for (const wire::ListLine& line : wire::list_lines(text)) {
    if (known.add(line.word)) {
      ++lines.good;
    } else if (!line.word.empty()) {
      lines.bad.push_back(line.number);
      lines.text += "# ";
    }
    lines.text += line.whole;
  }
  return lines;
}

}  // namespace junctor::stock
