// SPDX-License-Identifier: Apache-2.0
// How many mails a stranger may have sent, to one account and from one source: nobody's mailbox is filled by a form.
// Any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "junctor/address.hpp"
#include "wire/abi.hpp"
#include "wire/rate_limit.hpp"

namespace junctor::accounts {

class AskedMails {
 public:
  /// A source stands for people behind one address: so many times what an account gets.
  static constexpr int64_t kAccounts = 4;

  explicit AskedMails(const wire::KeyedRate::Secret& secret) : rate_{secret} {}
  void configure(int64_t an_hour) { rate_.configure({an_hour, std::chrono::hours{1}}); }

  /// `address`: without its port. Counts where it says yes.
  bool allow(std::string_view account, const std::string& address, wire::Nanos now) {
    const std::string to = "to:" + std::string{account};
    const std::string from = "from:" + client(address);
    if (!rate_.has(to, now) || !rate_.has(from, now, kAccounts)) return false;
    return rate_.allow(to, now) && rate_.allow(from, now, 1, kAccounts);
  }

 private:
  static std::string client(const std::string& address) {
    const auto parsed = parse_ip(address);
    if (!parsed) return address;
    const auto key = wire::client_key(wire::from_abi(*parsed));
    return {key.begin(), key.end()};
  }

  wire::KeyedRate rate_;
};

}  // namespace junctor::accounts
