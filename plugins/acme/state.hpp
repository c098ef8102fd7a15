// SPDX-License-Identifier: Apache-2.0
// What must outlive a kill -9 at any moment: the account, the order that is under way, the certificate, and how often
// it failed. A directory of small files, each replaced as a whole. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace junctor::acme {

/// An order is written down before it is placed: where `url` is empty nobody knows whether the authority has it.
struct SavedOrder {
  std::vector<std::string> names;
  std::string url;
  std::string key;  ///< PEM, of the certificate to be
};

/// What went wrong last, and when it may be tried again.
struct Trouble {
  int64_t failures = 0;  ///< in a row
  int64_t at = 0;        ///< seconds since 1970
  int64_t wait = 0;      ///< seconds from then to the next try
  std::string reason;    ///< stable word
  std::string detail;    ///< the authority's own words
  std::string wish;      ///< what was wanted: another wish need not wait
};

struct Issued {
  std::string key;    ///< PEM
  std::string chain;  ///< PEM, its own certificate first
};

class State {
 public:
  /// Made when something is written. All functions throw std::runtime_error where the disk refuses, with the path.
  explicit State(std::string directory) : directory_{std::move(directory)} {}
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// Until this goes nobody else may write here; false: somebody else does. An instance that leaves may be at its last
  /// step while its successor is there.
  bool claim();

  const std::string& directory() const { return directory_; }

  std::optional<std::string> account_key() const { return read("account.key"); }
  void set_account_key(const std::string& pem) const { write("account.key", pem); }
  std::optional<std::string> account_url() const { return read("account.url"); }
  void set_account_url(const std::string& url) const { write("account.url", url); }
  void forget_account_url() const { remove("account.url"); }

  std::optional<SavedOrder> order() const;
  void set_order(const SavedOrder& order) const;
  void forget_order() const { remove("order.json"); }

  std::optional<Issued> issued() const;
  void set_issued(const Issued& issued) const { write("certificate.pem", issued.key + issued.chain); }

  std::optional<Trouble> trouble() const;
  void set_trouble(const Trouble& trouble) const;
  void forget_trouble() const { remove("trouble.json"); }

 private:
  std::optional<std::string> read(const char* name) const;
  void write(const char* name, const std::string& text) const;
  void remove(const char* name) const;

  std::string directory_;
  int claim_ = -1;  ///< a locked file
};

}  // namespace junctor::acme
