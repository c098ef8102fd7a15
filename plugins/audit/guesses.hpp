// SPDX-License-Identifier: Apache-2.0
// Who A may be: ids that are registered from its address (peers/1). One batch; a thread that may wait.
#pragma once

#include <map>
#include <string>

#include "junctor/services.hpp"
#include "record.hpp"

namespace junctor::audit {

class Guesses {
 public:
  using PeersService = Service<jct_peers_service>;

  /// `budget`: look-ups, each of which reads the whole table of peers.
  Guesses(const PeersService& peers, size_t budget) : peers_{peers}, budget_{budget} {}

  /// Adds a_id, "~111 ~222" (`~?` marks that there are more), to a punch, a start or a refusal whose A has an address.
  void add_to(Record& record);

 private:
  std::string look_up(const std::string& ip);

  const PeersService& peers_;
  size_t budget_;
  std::map<std::string, std::string> known_;  // by IP
};

}  // namespace junctor::audit
