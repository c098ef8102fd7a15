// SPDX-License-Identifier: Apache-2.0
// junctorctl peers rename and peers remove: what an operator changes among the stored devices. [home], where no tag
// says otherwise.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "junctor/services.hpp"
#include "presence/presence.hpp"
#include "presence/removed.hpp"
#include "signalling/signal_service.hpp"

namespace junctor::rendezvous {

class PeersAdmin {
 public:
  PeersAdmin(const Host& host, const Storage& storage, Presence& presence, SignalService& signal)
      : host_{host}, storage_{storage}, presence_{presence}, signal_{signal} {}

  /// The device itself keeps the id that it has until it is told, and would register under it anew.
  void rename(const std::vector<std::string>& words, const Reply& reply);
  void remove(const std::vector<std::string>& words, const Reply& reply);
  /// [any] As another plugin asks; what fails is in the log.
  void remove_later(std::string id);
  /// [any] The same without a word: of what nobody may ever have used.
  void remove_quietly(std::string id);
  const Removed& removed() const { return removed_; }

  /// [any] Offline, and its connection closed.
  void put_out(std::string_view id);

 private:
  void gone(const std::string& id, const char* by);

  const Host& host_;
  const Storage& storage_;
  Presence& presence_;
  SignalService& signal_;
  Removed removed_;
};

}  // namespace junctor::rendezvous
