// SPDX-License-Identifier: Apache-2.0
#include "health.hpp"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

namespace junctor::metrics {
namespace {

/// What is waited for: each part takes a ticket along and says what came. A ticket that goes without a word (the
/// instance is stopping) ends the wait as well. Outlives whoever waits.
class Inquiry : public std::enable_shared_from_this<Inquiry> {
 public:
  class Ticket {
   public:
    explicit Ticket(std::shared_ptr<Inquiry> inquiry) : inquiry_{std::move(inquiry)} {}
    Ticket(Ticket&&) noexcept = default;
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket() {
      if (inquiry_) inquiry_->give_back(good_);
    }
    void say(bool good) { good_ = good; }

   private:
    std::shared_ptr<Inquiry> inquiry_;
    bool good_ = false;
  };

  Ticket ticket() {
    const std::lock_guard lock{mutex_};
    ++out_;
    return Ticket{shared_from_this()};
  }
  /// How many have said good, once all are back or the time is over.
  size_t wait(Duration patience) {
    std::unique_lock lock{mutex_};
    back_.wait_for(lock, patience, [this] { return out_ == 0; });
    return good_;
  }

 private:
  void give_back(bool good) {
    const std::lock_guard lock{mutex_};
    --out_;
    good_ += good ? 1 : 0;
    if (out_ == 0) back_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable back_;
  size_t out_ = 0;
  size_t good_ = 0;
};

std::string in_ms(Duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) + " ms";
}

std::string value_of(std::string_view label, std::string_view key) {
  if (label.substr(0, key.size()) != key) return {};
  return std::string{label.substr(key.size())};
}

}  // namespace

void Readiness::add(const jct_metric_row& row) {
  if (row.instance.size != 0) return;
  if (view(row.name) == "ready") started_ = row.value != 0;
  if (view(row.name) != "plugin_up") return;
  if (row.value != 0) {
    ++up_;
  } else {
    down_.push_back(value_of(view(row.label), "plugin="));
  }
}

Verdict Readiness::verdict() const {
  Verdict verdict{started_ && down_.empty(), ""};
  verdict.text += started_ ? "server: ok\n" : "server: starting or draining\n";
  for (const std::string& name : down_) verdict.text += "plugin " + name + ": does not run\n";
  if (started_ && down_.empty()) verdict.text += "plugins: ok, " + std::to_string(up_) + " run\n";
  return verdict;
}

Verdict Health::alive(Duration patience) const {
  const auto inquiry = std::make_shared<Inquiry>();
  for (uint32_t i = 0; i < host_.loops(); ++i) {
    host_.post(i, [ticket = inquiry->ticket()]() mutable { ticket.say(true); });
  }
  const size_t turning = inquiry->wait(patience);
  const std::string all = std::to_string(host_.loops());
  if (turning == host_.loops()) return {true, "loops: ok, " + all + " turn\n"};
  return {false,
          "loops: only " + std::to_string(turning) + " of " + all + " answered within " + in_ms(patience) + "\n"};
}

Verdict Health::ready(Duration patience) const {
  Readiness readiness;
  host_.read_metrics([&](const jct_metric_row& row) { readiness.add(row); });
  Verdict verdict = readiness.verdict();
  if (!storage_) return verdict;
  const auto fault = storage_fault(patience);
  verdict.good = verdict.good && !fault;
  verdict.text += "storage: " + fault.value_or("ok") + "\n";
  return verdict;
}

/// A key that nobody has: that it is not found was read from the database.
std::optional<std::string> Health::storage_fault(Duration patience) const {
  const auto inquiry = std::make_shared<Inquiry>();
  storage_->value_get("metrics", "readyz",
                      [ticket = std::make_shared<Inquiry::Ticket>(inquiry->ticket())](jct_status status, jct_bytes) {
                        ticket->say(status == JCT_OK || status == JCT_E_NOT_FOUND);
                      });
  if (inquiry->wait(patience) == 1) return std::nullopt;
  return "cannot be read within " + in_ms(patience) + "; see the log";
}

}  // namespace junctor::metrics
