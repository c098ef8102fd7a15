// SPDX-License-Identifier: Apache-2.0
// Registration's needs, met by storage/1, auth/1 and signal/1. Any thread.
#pragma once

#include <string>

#include "junctor/auth.hpp"
#include "registration/fresh_desk.hpp"
#include "registration/id_change.hpp"
#include "registration/registrar.hpp"
#include "signalling/signal_service.hpp"
#include "signalling/traffic.hpp"
#include "site/site_config.hpp"
#include "site/site_desk.hpp"

namespace junctor::rendezvous {

class RegistrarWiring final : public RegistrarPorts, public IdChangePorts {
 public:
  RegistrarWiring(const Host& host, const Storage& storage, const AuthChain& auth, SignalService& signal,
                  const Settings& settings, SiteConfig& site_config, SiteDesk& site_desk, const Traffic& traffic,
                  FreshDesk& fresh)
      : host_{host},
        storage_{storage},
        auth_{auth},
        signal_{signal},
        settings_{settings},
        site_config_{site_config},
        site_desk_{site_desk},
        traffic_{traffic},
        fresh_{fresh} {}

  Duration now() const override { return host_.now(); }
  void load(std::string_view id, Loaded done) override { storage_.get(id, std::move(done)); }
  void store(const jct_peer_record& record, Stored done) override;
  void admit(const Attempt& attempt, Admitted done) override;
  void stays(std::string_view id, const jct_channel& from, Admitted done) override;
  bool hold(const jct_channel& channel, std::string_view id) override;
  void run_for(const jct_channel& channel, std::function<void()> fn) override;
  void admit_change(const Wish& wish, Admitted done) override;
  void rename(const Wish& wish, Stored done) override;
  void answer_peer(const jct_channel& to, bool request_pk) override;
  void answer_pk(const jct_channel& to, hbb::RegisterPkResponse::Result result) override;
  void send_update(const jct_channel& to) override;
  bool has_room_for_unproven() override { return fresh_.has_room(); }
  void registered(const Attempt& attempt, Change change, bool receives) override {
    fresh_.registered(attempt.id, change == Change::kNew, receives);
    traffic_.registered(attempt, change);
    site_desk_.registered(attempt.id, attempt.from.peer);
  }
  void refused(Refusal why, std::string_view id, const jct_channel& from, std::string_view rule) override {
    traffic_.refused(why, from, id, rule);
  }

 private:
  void ask(const jct_auth_request& request, Admitted done);

  const Host& host_;
  const Storage& storage_;
  const AuthChain& auth_;
  SignalService& signal_;
  const Settings& settings_;
  SiteConfig& site_config_;
  SiteDesk& site_desk_;
  const Traffic& traffic_;
  FreshDesk& fresh_;
};

}  // namespace junctor::rendezvous
