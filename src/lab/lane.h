/*
 * lane: the accumulators of one replica, and the arrays of a part in which they are kept.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef ONS_LAB_LANE_H
#define ONS_LAB_LANE_H

#include "part.h"

/* Whether states of this task look for the end of their warm-up themselves. */
bool lab_warmup_is_automatic(const lab_task *task, const lab_layout *layout);

/* Rows of that many components that the bins or the record of one lane hold, of `rows` at most. */
size_t lab_lane_rows(size_t rows, size_t components, unsigned lanes);

/* Empty accumulators for one replica. */
ons_status lab_lane_init(lab_lane *lane, const lab_task *task, const lab_layout *layout, uint64_t replica);
void lab_lane_free(lab_lane *lane, const lab_layout *layout);

/* Writes or reads all that the lane holds, under names with the lane's number within its state. What is read is checked
 * against the layout, whatever the part says. */
ons_status lab_lane_persist(lab_lane *lane, const lab_layout *layout, ons_part *part, unsigned number);

/* The joint bins ("bins", "warmup") and the record of a lane alone, into or from room that was made for them. */
ons_status lab_bins_persist(ons_bins *bins, ons_part *part, unsigned lane, const char *group);
ons_status lab_record_persist(ons_record *record, ons_part *part, unsigned lane);

/* The histograms have seen one more point of the time grid. */
void lab_lane_close_sample(lab_lane *lane, const lab_layout *layout);

#endif
