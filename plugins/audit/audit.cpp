// SPDX-License-Identifier: Apache-2.0
// The audit plugin: events into files, and `junctorctl audit`. Constructor, start, stop: [control]; events: any thread;
// the file: the pool, one job at a time; the rest: the home loop.
#include <Poco/JSON/Array.h>

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "guesses.hpp"
#include "intake.hpp"
#include "journal.hpp"
#include "junctor/command_json.hpp"
#include "junctor/plugin.hpp"
#include "options.hpp"

namespace junctor::audit {
namespace {

constexpr std::chrono::milliseconds kQueryTime{4000};
constexpr Duration kTidyPeriod = std::chrono::minutes{10};
constexpr Duration kComplainPeriod = std::chrono::minutes{1};
constexpr std::array kTaken{Kind::kRegistration, Kind::kRefusal, Kind::kPunch, Kind::kRelay, Kind::kOperator};

/// What a reload may change, as one value.
struct Rules {
  std::set<Kind> kinds;
  Addresses addresses = Addresses::kFull;
  size_t guesses = 0;
  Intake::Limits limits;
  Retention retention;
};

std::set<Kind> kinds_of(const Config& config) {
  std::set<Kind> kinds;
  for (const std::string& word : config[kKinds]) {
    if (const auto kind = parse_kind(word)) kinds.insert(*kind);
  }
  return kinds;
}

std::chrono::seconds seconds(Duration time) { return std::chrono::duration_cast<std::chrono::seconds>(time); }

Rules rules_of(const Config& config) {
  Rules rules;
  rules.kinds = kinds_of(config);
  const std::string how = config[kAddresses];
  rules.addresses = how == "none" ? Addresses::kNone : how == "network" ? Addresses::kNetwork : Addresses::kFull;
  rules.guesses = static_cast<size_t>(config[kGuess]);
  rules.limits = {static_cast<size_t>(config[kQueue]), static_cast<size_t>(config[kRefusals]),
                  static_cast<size_t>(config[kBudget])};
  rules.retention = {config[kFileSize], seconds(config[kFileAge]), seconds(config[kKeep]), config[kKeepFiles],
                     config[kSync]};
  return rules;
}

std::string directory_of(const Config& config) {
  const std::string path = config[kPath];
  return !path.empty() && path.front() == '/' ? path : config.data_dir() + "/" + path;
}

std::string answer_of(const Found& found) {
  Poco::JSON::Array rows;
  for (const auto& row : found.rows) rows.add(row);
  Poco::JSON::Object object{Poco::JSON_PRESERVE_KEY_ORDER};
  object.set("rows", rows);
  object.set("cut_short", found.cut_short);
  return command::text(object);
}

}  // namespace

class AuditPlugin {
 public:
  static constexpr auto kOptions = options(kPath, kKinds, kAddresses, kGuess, kFlush, kSync, kQueue, kRefusals, kBudget,
                                           kFileSize, kFileAge, kKeep, kKeepFiles);

  AuditPlugin(Host& host, const Config& config)
      : host_{host},
        rules_{std::make_shared<const Rules>(rules_of(config))},
        intake_{rules_->limits},
        journal_{directory_of(config)},
        peers_{Guesses::PeersService::optional(host, JCT_PEERS_SERVICE)},
        flush_{config[kFlush]},
        lost_{host.counter("lost", nullptr, "records that were not kept: too many at once, or the disk refused")},
        failures_{host.counter("failures", nullptr, "flushes that the disk refused")},
        bytes_{host.counter("written_bytes", nullptr, "bytes written")},
        flush_time_{host.histogram("flush_time", nullptr, "writing one batch")},
        queue_fill_{host, "limit=queue"} {
    queue_fill_.set(0, rules_->limits.capacity);
    for (const Kind kind : kTaken) {
      const std::string label = std::string{"kind="} + kind_word(kind);
      records_[static_cast<size_t>(kind)] = host.counter("records", label.c_str(), "records taken, by kind");
    }
    host.command("audit", "audit [--id ID] [--address NET] [--since 2h] [--kind relay] [--limit N]: who reached whom",
                 [this](std::string_view args, const Reply& reply) { command(args, reply); });
    host.subscribe(&AuditPlugin::on_event, this);
  }

  void start() {
    flusher_ = host_.every(flush_, [this] { flush(); });
    tidier_ = host_.every(kTidyPeriod, [this] { tidy(); });
    tidy();
  }

  void reload(const Config& config) {
    auto fresh = std::make_shared<const Rules>(rules_of(config));
    intake_.configure(fresh->limits);
    queue_fill_.set(intake_.waiting(), fresh->limits.capacity);
    const std::lock_guard lock{rules_mutex_};
    rules_ = std::move(fresh);
  }

  /// Whoever publishes has stopped or is stopping: what has come is written here.
  void stop() {
    flusher_.cancel();
    tidier_.cancel();
    write(intake_.take());
  }

 private:
  std::shared_ptr<const Rules> rules() const {
    const std::lock_guard lock{rules_mutex_};
    return rules_;
  }

  /// [any]
  static void on_event(void* self, const jct_event* event) {
    auto* plugin = static_cast<AuditPlugin*>(self);
    plugin->host_.guarded("event", [&] { plugin->take(detail::adopt<jct_event>(event)); });
  }
  void take(const jct_event& event) {
    auto record = record_of(event);
    const auto rules_now = rules();
    if (!record || rules_now->kinds.count(record->kind) == 0) return;
    const auto kind = static_cast<size_t>(record->kind);
    if (intake_.push(std::move(*record))) {
      records_[kind].add();
    } else {
      lost_.add();
    }
  }

  // ---- home loop ----

  /// One at a time: where the disk is slow the next batch grows, up to the queue's bound.
  void flush() {
    queue_fill_.set(intake_.waiting(), rules()->limits.capacity);
    if (flushing_) return;
    flushing_ = true;
    const jct_status status = host_.offload([this] { write(intake_.take()); }, [this] { flushing_ = false; });
    if (status != JCT_OK) flushing_ = false;
  }

  void tidy() {
    host_.offload([this] { in_journal([this] { journal_.tidy(rules()->retention, wall_seconds()); }); }, [] {});
  }

  void command(std::string_view args, const Reply& reply) {
    std::vector<std::string> words = command::words(args);
    std::erase(words, "--json");  // junctorctl's own, wherever it stands
    std::string why;
    const auto query = parse_query(words, host_.wall(), &why);
    if (!query) return reply.fail(JCT_E_ARG, command::error(why));
    const jct_status status = host_.offload(
        [this, reply, query = *query] {
          write(intake_.take());
          Found found;
          in_journal([&] { found = journal_.find(query, kQueryTime); });
          reply.ok(answer_of(found));
        },
        [] {});
    if (status != JCT_OK) reply.fail(status, command::error("the server is busy; try again"));
  }

  // ---- pool, and [control] when everything else has stopped ----

  int64_t wall_seconds() const { return static_cast<int64_t>(host_.wall() / 1'000'000); }

  /// False, and told, where the disk refuses.
  template <class Fn>
  bool in_journal(const Fn& fn) {
    const std::lock_guard lock{journal_mutex_};
    try {
      fn();
      return true;
    } catch (const Error& e) {
      failures_.add();
      complain(e.what());
      return false;
    }
  }

  void complain(const std::string& text) {
    const int64_t now = host_.now().count();
    if (complained_ != 0 && now - complained_ < kComplainPeriod.count()) return;
    complained_ = now;
    host_.error("audit.failed", {{"reason", text}, {"hint", "what happens meanwhile is not kept"}});
  }

  void write(Intake::Batch batch) {
    if (batch.records.empty() && batch.lost == 0) return;
    const Duration begun = std::chrono::steady_clock::now().time_since_epoch();
    const std::string lines = text_of(batch);
    if (!in_journal([&] { journal_.write(lines, rules()->retention, wall_seconds()); })) {
      lost_.add(static_cast<int64_t>(batch.records.size()));
      return intake_.give_up(batch);
    }
    bytes_.add(static_cast<int64_t>(lines.size()));
    flush_time_.observe(std::chrono::steady_clock::now().time_since_epoch() - begun);
  }

  std::string text_of(Intake::Batch& batch) {
    const auto rules_now = rules();
    std::optional<Guesses> guesses;
    if (peers_ && rules_now->guesses > 0) guesses.emplace(*peers_, rules_now->guesses);
    std::string lines;
    for (Record& record : batch.records) {
      if (guesses) guesses->add_to(record);
      reduce(record, rules_now->addresses);
      lines += line_of(record) + '\n';
    }
    if (batch.lost == 0) return lines;
    const Record gap{host_.wall(), Kind::kLost, "lost", "audit", {{"count", std::to_string(batch.lost)}}};
    return lines + line_of(gap) + '\n';
  }

  Host& host_;
  mutable std::mutex rules_mutex_;
  std::shared_ptr<const Rules> rules_;
  Intake intake_;
  std::mutex journal_mutex_;
  Journal journal_;         // under its mutex
  int64_t complained_ = 0;  // too
  std::optional<Guesses::PeersService> peers_;
  Duration flush_;
  Metric lost_, failures_, bytes_, flush_time_;
  Fill queue_fill_;
  std::array<Metric, kKindCount> records_;  // by Kind
  Timer flusher_, tidier_;
  bool flushing_ = false;  // home loop
};

}  // namespace junctor::audit

JUNCTOR_PLUGIN(junctor::audit::AuditPlugin, "audit", "keeps who registered, who was refused and who reached whom",
               needs("?peers/1"))
