// SPDX-License-Identifier: Apache-2.0
// Lists of addresses as a stock server keeps them in files (protocol.md 6.7): one reader for the relay and for the
// tools that move a site. Values; any thread.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "wire/address.hpp"

namespace junctor::wire {

/// A line of such a file, with its end. Its first word is what counts, as to the stock; a word that begins with '#',
/// and what follows a '#', does not.
struct ListLine {
  size_t number = 0;  ///< from 1
  std::string_view whole;
  std::string_view word;  ///< empty: nothing is said
};
std::vector<ListLine> list_lines(std::string_view text);

/// Addresses and networks, ports apart.
class AddressList {
 public:
  /// Lines that say something else go into `odd`; their views are of `text`.
  static AddressList parse(std::string_view text, std::vector<ListLine>* odd);

  /// False where it is neither.
  bool add(std::string_view address_or_network);
  bool contains(const Address& address) const;
  size_t size() const { return addresses_.size() + networks_.size(); }

 private:
  std::set<Address> addresses_;  // port 0
  std::vector<Network> networks_;
};

}  // namespace junctor::wire
