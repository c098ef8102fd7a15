// SPDX-License-Identifier: Apache-2.0
// hbbs and hbbr as junctord-compat runs them, in one directory and one block of ports, and clients of theirs. One
// thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "site.hpp"
#include "support/ports.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "wire/peer.hpp"

namespace junctor::moving {

/// One process; `words` are its arguments, `environment` is NAME=VALUE.
class Compat {
 public:
  Compat(const std::string& program, const testing::TempDir& dir, const std::vector<std::string>& words,
         const std::vector<std::string>& environment = {});
  /// Ends it, and the test program where a sanitizer has something to say.
  ~Compat();
  Compat(const Compat&) = delete;
  Compat& operator=(const Compat&) = delete;

  /// False where it ends, or is not ready in time.
  bool ready();
  testing::Process& process() { return *process_; }
  std::string log() const;

 private:
  std::string log_file_;
  std::unique_ptr<testing::Process> process_;
};

class Pair {
 public:
  struct Told {
    std::vector<std::string> hbbs{"-k", "_"};
    std::vector<std::string> hbbr{"-k", "_"};
    std::vector<std::string> environment;
  };
  /// Both start at once.
  explicit Pair(const Told& told);

  const testing::TempDir& dir() const { return dir_; }
  wire::Address at(int offset = 0) const;
  Compat& hbbs() { return *hbbs_; }
  Compat& hbbr() { return *hbbr_; }
  /// Of the directory's id_ed25519.pub.
  std::string key() const;

 private:
  testing::TempDir dir_;
  testing::PortBlock ports_;
  std::unique_ptr<Compat> hbbs_;
  std::unique_ptr<Compat> hbbr_;
};

/// A connection from `from`; nothing where it is refused.
bool is_open(const wire::Address& address);

/// What B is pushed and A is told where A asks with `key`; empty messages where nothing comes.
struct Exchange {
  hbb::RendezvousMessage push;
  hbb::RendezvousMessage answer;
  std::string signed_id;  ///< of what A has verified with `key`
};
Exchange connect(const wire::Address& server, const std::string& key);

/// A word each way through the relay, both sides with `key`.
bool relays(const wire::Address& relay, const std::string& key, const std::string& uuid);

}  // namespace junctor::moving
