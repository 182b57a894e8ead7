SELECT untrack_registry_changes('delegates_appointment');
SELECT release_sedes_of_entities('delegates_appointment', 'appointment_sede_of_its_entity');
