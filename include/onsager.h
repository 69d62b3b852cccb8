/* onsager: a laboratory for statistical physics. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ONSAGER_H
#define ONSAGER_H
#include <onsager/analysis.h>
#include <onsager/base.h>
#include <onsager/compiler.h>
#include <onsager/dynamics.h>
#include <onsager/fit.h>
#include <onsager/lab.h>
#include <onsager/learning.h>
#include <onsager/live.h>
#include <onsager/meanfield.h>
#include <onsager/paper.h>
#include <onsager/plugin.h>
#include <onsager/registry.h>
#include <onsager/reweight.h>
#include <onsager/sample_analyses.h>
#include <onsager/samples.h>
#include <onsager/spins.h>
#include <onsager/statistics.h>
#include <onsager/system.h>
#include <onsager/watch.h>
#endif
