// SPDX-License-Identifier: Apache-2.0
// The plugin mail_smtp: mail/1 by an SMTP server, and `junctorctl mail`. Wiring.
#include <junctor/service/mail.h>
#include <junctor/command_json.hpp>
#include <junctor/plugin.hpp>

#include <map>
#include <memory>
#include <mutex>

#include "letters.hpp"
#include "options.hpp"
#include "sender.hpp"

namespace junctor::mail_smtp {
namespace {

/// What letters are made of, as one value.
struct Style {
  std::string language, templates, site;
};

Style read_style(const Config& config) {
  Style style{config[kLanguage], config[kTemplates], config[kSite]};
  const std::string from = config[kFrom];
  if (style.site.empty()) style.site = from.substr(from.find('@') + 1);
  for (const std::string& name : letter_names()) letter(name, style.language, {}, style.templates);  // throws
  return style;
}

class MailPlugin {
 public:
  static constexpr auto kOptions = kAll;

  MailPlugin(Host& host, const Config& config)
      : host_{host},
        style_{std::make_shared<const Style>(read_style(config))},
        sender_{read_server(config), read_limits(config),
                [&host] { return static_cast<int64_t>(host.wall() / 1'000'000); },
                [this](const Mail& mail, const std::string& why, bool last) { told(mail, why, last); }},
        sent_{host.counter("sent", nullptr, "mails that the server took")},
        failed_{host.counter("failed", nullptr, "mails that were given up")},
        retried_{host.counter("retried", nullptr, "tries that failed and are made again")},
        refused_{host.counter("refused", nullptr, "mails that were not queued")},
        queue_fill_{host, "limit=queue"},
        queue_{read_limits(config).waiting} {
    host.provide(JCT_MAIL_SERVICE, &kTable, this);
    host.command("mail test", "mail test ADDRESS: sends a mail now and says what became of it",
                 [this](std::string_view args, const Reply& reply) { test(args, reply); });
    queue_fill_.set(0, queue_);
  }

  /// [control] Reads what would be applied.
  static void verify(const Config& config) {
    read_server(config);
    read_style(config);
  }
  void start() { sender_.start(); }
  void reload(const Config& config) {
    auto style = std::make_shared<const Style>(read_style(config));
    sender_.configure(read_server(config), read_limits(config));
    const std::lock_guard lock{mutex_};
    style_ = std::move(style);
    queue_ = read_limits(config).waiting;
  }
  void stop() { sender_.stop(); }

 private:
  static jct_status send(void* self, const jct_mail* mail) {
    auto* plugin = static_cast<MailPlugin*>(self);
    jct_status status = JCT_E_FAULT;
    plugin->host_.inside("mail", [&] { status = plugin->take(*mail); });
    return status;
  }
  static uint32_t ready(void* self) { return static_cast<MailPlugin*>(self)->sender_.server().host.empty() ? 0 : 1; }
  static constexpr jct_mail_service kTable{sizeof(jct_mail_service), 0, &send, &ready};

  std::shared_ptr<const Style> style() const {
    const std::lock_guard lock{mutex_};
    return style_;
  }

  jct_status take(const jct_mail& asked) {
    if (ready(this) == 0) return JCT_E_UNSUPPORTED;
    Values values;
    for (uint64_t at = 0; at < asked.value_count; ++at) {
      values[std::string{view(asked.values[at].name)}] = std::string{view(asked.values[at].text)};
    }
    return queue(std::string{view(asked.to)}, std::string{view(asked.name)}, std::move(values));
  }

  jct_status queue(const std::string& to, const std::string& name, Values values) {
    const auto style_now = style();
    values["site"] = style_now->site;
    auto written = letter(name, style_now->language, values, style_now->templates);
    if (!written || !is_address(to)) {
      refused_.add();
      return JCT_E_ARG;
    }
    const auto taken = sender_.put({to, name, std::move(*written), 0, 0, name == "test"});
    queue_fill_.set(sender_.waiting(), queue_);
    if (taken == Outbox::Taken::kYes) return JCT_OK;
    refused_.add();
    host_.warning(
        "mail.refused",
        {{"reason", taken == Outbox::Taken::kFull ? "queue_full" : "recipient_limit"}, {"mail", name}, {"to", to}});
    return JCT_E_LIMIT;
  }

  /// The sender's thread.
  void told(const Mail& mail, const std::string& why, bool last) {
    queue_fill_.set(sender_.waiting(), queue_);
    if (mail.name == "test") answer_tests(mail.to, why);
    if (why.empty()) {
      sent_.add();
      host_.event(JCT_LOG_INFO, "mail.sent", {{"mail", mail.name}, {"to", mail.to}, {"tries", mail.tries}});
    } else if (last) {
      failed_.add();
      host_.event(JCT_LOG_ERROR, "mail.failed",
                  {{"mail", mail.name}, {"to", mail.to}, {"tries", mail.tries}, {"hint", why}});
    } else {
      retried_.add();
      host_.warning("mail.again", {{"mail", mail.name}, {"to", mail.to}, {"tries", mail.tries}, {"hint", why}});
    }
  }

  // ---- junctorctl mail test ----

  /// [home]
  void test(std::string_view args, const Reply& reply) {
    const auto words = command::words(args);
    if (words.size() != 1 || !is_address(words[0])) {
      return reply.fail(JCT_E_ARG, command::error("usage: junctorctl mail test ADDRESS"));
    }
    if (ready(this) == 0) {
      return reply.fail(JCT_E_UNSUPPORTED, command::error("no mail server: set host and from in [mail_smtp]"));
    }
    {
      const std::lock_guard lock{mutex_};
      tests_.emplace(words[0], reply);
    }
    if (queue(words[0], "test", {}) == JCT_OK) return;
    answer_tests(words[0], "the queue, or this recipient's share of it, is full");
  }
  void answer_tests(const std::string& to, const std::string& why) {
    std::multimap<std::string, Reply> all;
    {
      const std::lock_guard lock{mutex_};
      const auto range = tests_.equal_range(to);
      all.insert(range.first, range.second);
      tests_.erase(range.first, range.second);
    }
    for (const auto& [_, reply] : all) {
      host_.post(host_.home_loop(), [reply = reply, to, why] {
        if (!why.empty()) return reply.fail(JCT_E_FAULT, command::error(why));
        Poco::JSON::Object answer;
        answer.set("sent", to);
        reply.ok(command::text(answer));
      });
    }
  }

  Host& host_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Style> style_;       // guarded by mutex_
  std::multimap<std::string, Reply> tests_;  // the same: who waits, by address
  Sender sender_;
  Metric sent_, failed_, retried_, refused_;
  Fill queue_fill_;
  size_t queue_;
};

}  // namespace
}  // namespace junctor::mail_smtp

JUNCTOR_PLUGIN(junctor::mail_smtp::MailPlugin, "mail_smtp", "mails to people by an SMTP server", provides("mail/1"))
