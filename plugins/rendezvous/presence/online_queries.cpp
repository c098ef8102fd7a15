// SPDX-License-Identifier: Apache-2.0
// Online queries, and who is told. Any thread.
#include "presence/online_queries.hpp"

#include <memory>
#include <utility>

#include "presence/queries.hpp"

namespace junctor::rendezvous {

void OnlineQueries::answer(const jct_channel& from, const hbb::OnlineRequest& request,
                           std::function<void(std::string_view)> done) {
  switch (settings_.online_query.load(std::memory_order_relaxed)) {
    case OnlineQuery::kOff:
      return done(no_states(request));
    case OnlineQuery::kAllowed:
      if (!auth_.empty()) return ask(from, request, std::move(done));
      [[fallthrough]];
    case OnlineQuery::kAll:
      return done(online_states(request, [this](std::string_view id) { return peers_.is_online(id); }));
  }
}

/// The answer leaves when the last of those who hold it lets go of it.
void OnlineQueries::ask(const jct_channel& from, const hbb::OnlineRequest& request,
                        std::function<void(std::string_view)> done) {
  struct Answer {
    std::string states;
    size_t due = 1;  // of this function itself
    std::function<void(std::string_view)> done;
    void one_less() {
      if (--due == 0) done(states);
    }
  };
  const auto answer = std::make_shared<Answer>(Answer{no_states(request), 1, std::move(done)});
  for (int i = 0; i < request.peers_size(); ++i) {
    if (!peers_.is_online(request.peers(i))) continue;
    jct_auth_request see{};
    see.size = sizeof see;
    see.kind = JCT_AUTH_SEE;
    see.id = str(request.peers(i));
    see.old_id = str(request.id());
    see.address = from.peer;
    see.transport = from.transport;
    ++answer->due;
    auth_.check(see, [answer, i](const Verdict& verdict) {
      if (verdict.allowed) set_state(answer->states, static_cast<size_t>(i));
      answer->one_less();
    });
  }
  answer->one_less();
}

}  // namespace junctor::rendezvous
