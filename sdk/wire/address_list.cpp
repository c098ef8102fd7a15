// SPDX-License-Identifier: Apache-2.0
#include "wire/address_list.hpp"

#include <algorithm>

namespace junctor::wire {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view first_word(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  const size_t begin = std::min(line.find_first_not_of(kBlank), line.size());
  line.remove_prefix(begin);
  return line.substr(0, std::min(line.find_first_of(kBlank), line.find('#')));
}

}  // namespace

std::vector<ListLine> list_lines(std::string_view text) {
  std::vector<ListLine> lines;
  const bool marked = text.starts_with(kByteOrderMark);
  for (size_t number = 1; !text.empty(); ++number) {
    const std::string_view whole = text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
    text.remove_prefix(whole.size());
    const size_t skipped = marked && number == 1 ? kByteOrderMark.size() : 0;
    lines.push_back({number, whole, first_word(whole.substr(skipped))});
  }
  return lines;
}

AddressList AddressList::parse(std::string_view text, std::vector<ListLine>* odd) {
  AddressList list;
  for (const ListLine& line : list_lines(text)) {
    if (!line.word.empty() && !list.add(line.word)) odd->push_back(line);
  }
  return list;
}

bool AddressList::add(std::string_view text) {
  if (const auto address = Address::parse_ip(text)) {
    addresses_.insert(*address);
    return true;
  }
  const auto network = Network::parse(text);
  if (network) networks_.push_back(*network);
  return network.has_value();
}

bool AddressList::contains(const Address& address) const {
  return addresses_.find(address.with_port(0)) != addresses_.end() ||
         std::any_of(networks_.begin(), networks_.end(), [&](const auto& one) { return one.contains(address); });
}

}  // namespace junctor::wire
