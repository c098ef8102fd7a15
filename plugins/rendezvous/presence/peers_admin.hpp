// SPDX-License-Identifier: Apache-2.0
// junctorctl peers rename and peers remove: what an operator changes among the stored devices. [home]
#pragma once

#include <string>
#include <vector>

#include "junctor/services.hpp"
#include "presence/presence.hpp"
#include "signalling/signal_service.hpp"

namespace junctor::rendezvous {

class PeersAdmin {
 public:
  PeersAdmin(const Host& host, const Storage& storage, Presence& presence, SignalService& signal)
      : host_{host}, storage_{storage}, presence_{presence}, signal_{signal} {}

  /// The device itself keeps the id that it has until it is told, and would register under it anew.
  void rename(const std::vector<std::string>& words, const Reply& reply);
  void remove(const std::vector<std::string>& words, const Reply& reply);

 private:
  /// Offline, and its connection closed.
  void forget(const std::string& id);

  const Host& host_;
  const Storage& storage_;
  Presence& presence_;
  SignalService& signal_;
};

}  // namespace junctor::rendezvous
