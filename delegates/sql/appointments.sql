SELECT hold_sedes_to_entities('delegates_appointment', 'appointment_sede_of_its_entity', 'ended_at');
SELECT track_registry_changes('delegates_appointment', 'id', 'sede_id');
