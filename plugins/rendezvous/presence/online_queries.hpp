// SPDX-License-Identifier: Apache-2.0
// Online queries, and who is told. Any thread.
#pragma once

#include <functional>
#include <string_view>

#include "junctor/auth.hpp"
#include "presence/peers_service.hpp"
#include "settings.hpp"
#include "wire/rendezvous.pb.h"

namespace junctor::rendezvous {

class OnlineQueries {
 public:
  OnlineQueries(const PeersService& peers, const AuthChain& auth, const Settings& settings)
      : peers_{peers}, auth_{auth}, settings_{settings} {}

  /// [loop] done(states), exactly once, inline or once auth/1 has answered for every id that is online.
  void answer(const jct_channel& from, const hbb::OnlineRequest& request, std::function<void(std::string_view)> done);

 private:
  void ask(const jct_channel& from, const hbb::OnlineRequest& request, std::function<void(std::string_view)> done);

  const PeersService& peers_;
  const AuthChain& auth_;
  const Settings& settings_;
};

}  // namespace junctor::rendezvous
