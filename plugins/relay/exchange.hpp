// SPDX-License-Identifier: Apache-2.0
// A session of which at least one side is no plain stream: its bytes are copied from one link to the other, with
// back-pressure and without a queue of its own. Lives on one loop.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "junctor/net.hpp"
#include "link.hpp"
#include "pace.hpp"

namespace junctor::relay {

class Exchange {
 public:
  /// Both sides have gone; `stats` are of the moment at which the session ended, a is the first side. Last call: it
  /// may destroy the exchange. `reason`: as of jct_bridge_events.
  using Done = std::function<void(jct_status reason, const jct_bridge_stats& stats)>;

  /// One side of it, and where its events go: those of a stream by attach, those of a link by hand.
  class End {
   public:
    End(Exchange& owner, const Link& link, const Pace& pace) : link_{link}, owner_{owner}, pace_{pace} {}

    const Host& host() const { return link_.host(); }
    /// What was taken: all of it, or, on a stream, a part. A link's data of one chunk is taken whole or not at all.
    size_t on_data(std::string_view data) { return owner_.pass(*this, data); }
    void on_writable() { owner_.release(other()); }
    void on_end() { owner_.ending(*this); }
    void on_close(jct_status) { owner_.gone(*this); }
    /// What the other side has said before start().
    jct_status send(std::string_view words) { return owner_.begin_with(*this, words); }

   private:
    friend class Exchange;
    End& other() { return this == &owner_.a_ ? owner_.b_ : owner_.a_; }

    Link link_;
    Exchange& owner_;
    Pace pace_;
    uint64_t passed_ = 0;    // bytes from here to the other side
    bool held_ = false;      // told to wait
    bool unheard_ = false;   // the other side takes nothing any more; its end is on the way
    bool ending_ = false;    // its end has been told, before what it holds back has passed
    bool finished_ = false;  // sends nothing more
    bool gone_ = false;
  };

  Exchange(const Host& host, const jct_bridge_policy& policy, const Link& a, const Link& b, Done done);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// JCT_E_CLOSED: the stream among the two has gone, and nothing has happened.
  jct_status start();
  /// From now on; who waits for its pace finds the new one when that wait is over.
  void set_policy(const jct_bridge_policy& policy);
  /// Ends it (JCT_E_CLOSED); Done follows.
  void close() { finish(JCT_E_CLOSED); }
  jct_bridge_stats stats() const;
  End& a() { return a_; }
  End& b() { return b_; }

 private:
  jct_status begin_with(End& to, std::string_view words);
  size_t pass(End& from, std::string_view data);
  bool pass_piece(End& from, std::string_view piece);
  void hold(End& from);
  void release(End& from);
  void ending(End& from);
  void ended(End& from);
  void gone(End& end);
  void finish(jct_status reason);
  void watch();
  void pay(End& from, Duration wait);

  const Host& host_;
  jct_bridge_policy policy_;
  End a_;
  End b_;
  Done done_;
  Duration started_;
  Duration last_byte_;
  Duration over_at_{};
  bool over_ = false;
  jct_status reason_ = JCT_OK;
  Timer watch_;  // idle and lifetime
  Timer rate_;   // somebody waits for its pace
};

}  // namespace junctor::relay
